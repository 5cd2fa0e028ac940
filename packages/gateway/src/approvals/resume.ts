import type { Principal } from '@lockstep/model/internal';
import type { Keys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import { findApprovalById } from './queries.ts';
import type { ApprovalSettings, ApprovalState } from './row.ts';
import { unknownApproval } from './sentences.ts';
import { type Arguments, openArguments, type Shown, shownSchema } from './shown.ts';

/** The call that an approval was requested for, as it was made. */
interface Resumed {
  readonly method: string;
  readonly server: string;
  readonly kind: Shown['kind'];
  /** The tool's or prompt's own name, or the URI. */
  readonly name: string;
  readonly args: Arguments;
  /** The server whose endpoint it came to; undefined for the endpoint of all servers. */
  readonly endpoint: string | undefined;
  readonly reason: string | undefined;
}

type LoadedForResume =
  /** Goes through the pipeline again as if it were made now, even while its approval waits. */
  | { readonly call: Resumed }
  /** The approval is closed; `approvalSentence` says how. */
  | { readonly closed: ApprovalState }
  | { readonly unknown: string };

/**
 * Finds the call of an approval for the principal that made it. Anyone else learns nothing.
 *
 * @param settings decide, for a closed approval, what to say about asking again.
 */
export async function loadForResume(
  store: Store,
  keys: Keys,
  id: string,
  principal: Pick<Principal, 'issuer' | 'subject'>,
  settings: ApprovalSettings,
): Promise<LoadedForResume> {
  const found = await store.query(findApprovalById, { id, settings });
  if (
    found === null ||
    found.row.requester_issuer !== principal.issuer ||
    found.row.requester_subject !== principal.subject
  ) {
    return { unknown: unknownApproval(id) };
  }
  const { row, state } = found;
  if (row.arguments === null || (state.state !== 'pending' && state.state !== 'approved'))
    return { closed: state };
  const shown = shownSchema.parse(JSON.parse(row.shown));
  return {
    call: {
      method: shown.method,
      server: shown.server,
      kind: shown.kind,
      name: shown.name,
      args: openArguments(keys, row.arguments),
      endpoint: shown.endpoint ?? undefined,
      reason: shown.reason ?? undefined,
    },
  };
}
