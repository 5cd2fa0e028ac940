import { hash } from 'node:crypto';
import { isRecord } from '@lockstep/model/internal';
import { errorCode, type Reply, type RpcError } from '../protocol/json-rpc.ts';
import { withoutOwnKeys, withoutOwnMeta } from '../protocol/own-meta.ts';
import { composeUri } from '../protocol/resource-uri.ts';
import type { Forwarded, Parsed } from './exchange.ts';
import { ToolRefusal } from './refusal.ts';

/** Puts a server's answer into the client's era and removes what servers may not say. The content stays unchanged. */
export function shapeResult(forwarded: Forwarded): Reply {
  const { answer, use, record, endpoint, era } = forwarded;
  if ('error' in answer) {
    record.answered('error', { error: answer.error.message });
    return { error: asServers(answer.error) };
  }
  const { result } = answer;
  const text = JSON.stringify(result);
  record.answered(result.isError === true ? 'tool_error' : 'ok', {
    bytes: Buffer.byteLength(text),
    hash: `sha256:${hash('sha256', text)}`,
  });
  if (result.resultType !== undefined && result.resultType !== 'complete') {
    throw new ToolRefusal(
      'unavailable',
      `${use.text} asked the client for input, which this gateway does not allow.`,
      { target: use.text },
    );
  }
  const theirs = withoutOwnMeta(result, text);
  const shaped = inEra(
    endpoint === undefined && text.includes('"uri"') ? composeUris(theirs, use.server.name) : theirs,
    era,
  );
  return { result: shaped, json: shaped === result ? text : undefined };
}

/** Adds the result type that every modern result has; legacy clients don't know the field. */
export function inEra(
  result: Readonly<Record<string, unknown>>,
  era: Parsed['era'],
): Readonly<Record<string, unknown>> {
  if (era === 'modern')
    return result.resultType === undefined ? { resultType: 'complete', ...result } : result;
  if (result.resultType === undefined) return result;
  const { resultType: _dropped, ...rest } = result;
  return rest;
}

const ownCodes: ReadonlySet<number> = new Set([
  errorCode.refused,
  errorCode.waiting,
  errorCode.quarantined,
  errorCode.unavailable,
  errorCode.unknownOutcome,
  errorCode.internal,
]);

/** A server's error, without anything that programs would take for the gateway's own. */
function asServers({ code, message, data }: RpcError): RpcError {
  return {
    code: ownCodes.has(code) ? errorCode.serverError : code,
    message,
    ...(data !== undefined && {
      data: isRecord(data) ? withoutOwnKeys(withoutOwnMeta(data)) : withoutOwnMeta(data),
    }),
  };
}

/** On the endpoint of all servers, names each resource with its server wherever a client may read it. */
function composeUris(result: Readonly<Record<string, unknown>>, server: string): Record<string, unknown> {
  const compose = (holder: unknown): unknown =>
    isRecord(holder) && typeof holder.uri === 'string'
      ? { ...holder, uri: composeUri(server, holder.uri) }
      : holder;
  const block = (content: unknown): unknown => {
    if (!isRecord(content)) return content;
    if (content.type === 'resource_link') return compose(content);
    if (content.type === 'resource') return { ...content, resource: compose(content.resource) };
    return content;
  };
  return {
    ...result,
    ...(Array.isArray(result.content) && { content: result.content.map(block) }),
    ...(Array.isArray(result.contents) && { contents: result.contents.map(compose) }),
    ...(Array.isArray(result.messages) && {
      messages: result.messages.map((message) =>
        isRecord(message) ? { ...message, content: block(message.content) } : message,
      ),
    }),
  };
}
