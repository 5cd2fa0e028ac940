import { isRecord } from '@lockstep/model/internal';
import { type ChangeKind, changeMethods } from '../client/streams.ts';
import { signIn } from '../identity/sign-in.ts';
import { capabilitiesOf } from '../lists/capabilities.ts';
import { metaKey } from '../protocol/era.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import type { GatewayContext } from './context.ts';
import type { Answer, Parsed } from './exchange.ts';
import { HttpRejection } from './refusal.ts';

const filterFields: Readonly<Record<ChangeKind, string>> = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
};

/** Opens a modern client's subscription. Source: MCP 2026-07-28, `subscriptions/listen`. */
export function openListen(parsed: Parsed, context: GatewayContext): Answer {
  const filter = parsed.message.params.notifications;
  if (!isRecord(filter)) {
    throw new HttpRejection(200, {
      code: errorCode.invalidParams,
      message: '`params.notifications` is not an object; name the changes that you want to be told of.',
    });
  }
  const offered = capabilitiesOf(parsed);
  const wants = new Set(
    kinds.filter((kind) => filter[filterFields[kind]] === true && isRecord(offered[kind])),
  );
  const { id } = parsed.message;
  const stamp = { _meta: { [metaKey.subscription]: id } };
  return {
    stream: {
      open(send, close) {
        const honored = Object.fromEntries([...wants].map((kind) => [filterFields[kind], true]));
        send({
          jsonrpc: '2.0',
          method: 'notifications/subscriptions/acknowledged',
          params: { notifications: honored, ...stamp },
        });
        const end = () => {
          send({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...stamp } });
          close();
        };
        if (wants.size === 0) {
          end();
          return () => undefined;
        }
        return follow(
          parsed,
          context,
          wants,
          (kind) => send({ jsonrpc: '2.0', method: changeMethods[kind], params: stamp }),
          end,
        );
      },
    },
  };
}

/** Opens a legacy session's stream (GET), which reports changes until either side closes it. */
export function openSessionStream(parsed: Parsed, context: GatewayContext): Answer {
  const accept = String(parsed.headers.accept ?? '');
  if (!accept.includes('text/event-stream')) {
    throw new HttpRejection(406, {
      code: errorCode.invalidRequest,
      message: 'The header Accept must include text/event-stream.',
    });
  }
  return {
    stream: {
      open: (send, close) =>
        follow(
          parsed,
          context,
          new Set(kinds),
          (kind) => send({ jsonrpc: '2.0', method: changeMethods[kind] }),
          close,
        ),
    },
  };
}

const kinds = Object.keys(changeMethods) as ChangeKind[];

function follow(
  parsed: Parsed,
  { streams, lists, policy, checkToken, localUser }: GatewayContext,
  wants: ReadonlySet<ChangeKind>,
  send: (kind: ChangeKind) => void,
  close: () => void,
): () => void {
  const { caller, endpoint, session } = parsed;
  // If its token was revoked while this request was recorded, only streams that were already open have ended.
  if ('refused' in signIn(parsed, checkToken, localUser?.())) {
    close();
    return () => undefined;
  }
  const seen = (kind: ChangeKind) =>
    JSON.stringify(lists.list(kind === 'resources' ? 'resourceTemplates' : kind, policy(), caller, endpoint));
  const remove = streams.add({ caller, sessionId: session?.id, wants, seen, send, close });
  if (remove === undefined) {
    close();
    return () => undefined;
  }
  return remove;
}
