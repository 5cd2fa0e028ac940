import { randomBytes } from 'node:crypto';
import {
  type AccessClass,
  type ApproveDecision,
  type Clause,
  canonicalJson,
  type Principal,
  printTarget,
  type Target,
} from '@lockstep/model/internal';
import type { NewRecord } from '@lockstep/model/record';
import { ownerKey } from '../identity/token.ts';
import type { Keys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import { type Opened, openOrFindApproval } from './open.ts';
import { type ApprovalSettings, iso, type TooLarge } from './row.ts';
import { type Arguments, type Shown, sealArguments, seenDigest } from './shown.ts';

/** A call for which a clause requires an approval. */
export interface ApprovalRequest {
  readonly environment: string;
  /** The pinned source, such as `npm:@scope/name@1.2.3`. */
  readonly source: string;
  /** The MCP method. */
  readonly method: string;
  readonly target: Target;
  readonly class: AccessClass;
  /** The locked definition and its digest; null for a concrete resource, whose content isn't locked. */
  readonly locked: { readonly definition: Readonly<Record<string, unknown>>; readonly digest: string } | null;
  readonly clause: Clause;
  readonly decision: ApproveDecision;
  readonly args: Arguments;
  readonly principal: Principal;
  /** What the client calls itself. */
  readonly client?: { readonly name: string; readonly version: string } | undefined;
  /** Why the agent calls, in its own words. */
  readonly reason?: string | undefined;
  /** The server whose endpoint the call came to; undefined for the endpoint of all servers. */
  readonly endpoint: string | undefined;
  readonly settings: ApprovalSettings & { readonly pendingPerPrincipal: number };
  /** Fields of the request's record that the pipeline knows: redacted arguments, commitment, bundle, trace id … */
  readonly record?: Partial<NewRecord>;
}

/** The state of the approval for a call, and the binding to pass to `commitIntent`. */
export type Checked = (Opened | TooLarge) & { readonly binding: string };

/** Most characters of canonical JSON. Approvers see every argument, and nobody reads through more than this. */
const maxArgumentsLength = 256 * 1024;

/**
 * Finds the approval of a call, or opens one. Only a call in the state `approved` may go on, to `commitIntent`.
 *
 * @example
 * const checked = await checkApproval(store, keys, request);
 * if (checked.state !== 'approved') refuse(approvalSentence(checked, pointers));
 */
export async function checkApproval(store: Store, keys: Keys, request: ApprovalRequest): Promise<Checked> {
  const id = `apr_${randomBytes(12).toString('base64url')}`;
  const binding = bindingOf(keys, {
    environment: request.environment,
    server: request.target.server,
    source: request.source,
    method: request.method,
    name: request.target.name,
    args: request.args,
    definitionDigest: request.locked?.digest ?? null,
    clause: request.clause,
    owner: ownerKey(request.principal.owner),
  });
  const { length } = canonicalJson(request.args);
  if (length > maxArgumentsLength) {
    return {
      state: 'too large',
      target: printTarget(request.target),
      length,
      most: maxArgumentsLength,
      binding,
    };
  }
  const requestedAt = Date.now();
  const expiresAt = requestedAt + request.decision.expiry * 1000;
  const shown = describeRequest(request, iso(requestedAt), iso(expiresAt));
  const seen = seenDigest(keys, id, shown, request.args);
  const opened = await store.transact(openOrFindApproval, {
    id,
    binding,
    server: request.target.server,
    target: shown.target,
    requester: request.principal,
    requesterOwnerKey: ownerKey(request.principal.owner),
    shown: JSON.stringify(shown),
    arguments: sealArguments(keys, request.args),
    seen,
    quorum: request.decision.quorum,
    approvers: request.decision.approvers,
    requestedAt,
    expiresAt,
    settings: {
      pauseAfterDenial: request.settings.pauseAfterDenial,
      repeatWindow: request.settings.repeatWindow,
    },
    pendingPerPrincipal: request.settings.pendingPerPrincipal,
    record: recordOf(request, shown, id, seen),
  });
  return { ...opened, binding };
}

function describeRequest(request: ApprovalRequest, requestedAt: string, expiresAt: string): Shown {
  return {
    environment: request.environment,
    server: request.target.server,
    source: request.source,
    method: request.method,
    kind: request.target.kind,
    name: request.target.name,
    target: printTarget(request.target),
    class: request.class,
    definition: (request.locked?.definition as Shown['definition'] | undefined) ?? null,
    definitionDigest: request.locked?.digest ?? null,
    clause: request.clause as unknown as Shown['clause'],
    requester: request.principal,
    client:
      request.client === undefined ? null : { name: request.client.name, version: request.client.version },
    reason: request.reason ?? null,
    endpoint: request.endpoint ?? null,
    requestedAt,
    expiresAt,
  };
}

function recordOf(request: ApprovalRequest, shown: Shown, id: string, seen: string): NewRecord {
  return {
    ...request.record,
    kind: 'approval.requested',
    time: shown.requestedAt,
    environment: shown.environment,
    principal: request.principal,
    ...(request.client !== undefined && { client: request.client }),
    ...(request.reason !== undefined && { reason: request.reason }),
    method: shown.method,
    server: shown.server,
    source: shown.source,
    target: shown.target,
    ...(shown.definitionDigest !== null && { toolDigest: shown.definitionDigest }),
    approval: id,
    detail: {
      seen,
      quorum: request.decision.quorum,
      approvers: request.decision.approvers,
      expiresAt: shown.expiresAt,
    },
  };
}

/** Everything that an approval covers. A call that differs in any part needs its own approval. */
interface BindingParts {
  readonly environment: string;
  readonly server: string;
  /** The pinned source, such as `npm:@scope/name@1.2.3`. */
  readonly source: string;
  /** The MCP method. */
  readonly method: string;
  /** The tool, the prompt, or the resource URI, by the server's own name. */
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Digest of the locked definition; null for a concrete resource, whose content isn't locked. */
  readonly definitionDigest: string | null;
  /** The clause that requires the approval: if it changes, humans decide again. */
  readonly clause: Clause;
  /** The requester's owner. */
  readonly owner: string;
}

/**
 * The keyed hash that finds an approval again. It is keyed because arguments are often easy to guess and the hash
 * outlives them.
 */
function bindingOf(keys: Keys, parts: BindingParts): string {
  return keys.mac('approval binding', canonicalJson({ v: 1, ...parts }));
}
