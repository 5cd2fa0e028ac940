import type { RecordRef } from '@lockstep/model/record';
import { type AuditProblem, type Checkpoint, problemAt } from '../ledger/checkpoint.ts';

/** Compares chains with what was signed about them. */
interface Anchors {
  /** Checks a record that is there. */
  met(ref: RecordRef): AuditProblem[];
  /** After all records: what was signed but isn't there. */
  missing(): AuditProblem[];
  /** The last signed place of the epoch; undefined if nothing was signed about it. */
  lastSigned(epoch: { readonly writer: string; readonly epoch: number }): number | undefined;
}

interface Anchor {
  readonly hash: string;
  readonly time: string;
  readonly clean: boolean;
}

interface Epoch {
  readonly anchors: Map<number, Anchor[]>;
  /** The last place that was signed, and what was said about it. */
  last: RecordRef & Anchor;
  /** The last place that was met. */
  reached: number;
}

/** Collects what checkpoints say about each epoch. */
export function anchorsOf(checkpoints: readonly Checkpoint[]): Anchors {
  const epochs = new Map<string, Epoch>();
  for (const { heads, time, clean } of checkpoints) {
    for (const head of heads) {
      const anchor = { ...head, time, clean };
      const known = epochs.get(keyOf(head));
      if (known === undefined) {
        epochs.set(keyOf(head), { anchors: new Map([[head.seq, [anchor]]]), last: anchor, reached: 0 });
      } else {
        known.anchors.set(head.seq, [...(known.anchors.get(head.seq) ?? []), anchor]);
        if (head.seq >= known.last.seq) known.last = { ...anchor, clean: clean || isClean(known, head.seq) };
      }
    }
  }

  return {
    met(ref) {
      const epoch = epochs.get(keyOf(ref));
      if (epoch === undefined) return [];
      epoch.reached = Math.max(epoch.reached, ref.seq);
      if (epoch.last.clean && ref.seq === epoch.last.seq + 1) {
        return [problemAt(ref, `it was added after the clean shutdown at ${epoch.last.time}.`)];
      }
      const wrong = epoch.anchors.get(ref.seq)?.find(({ hash }) => hash !== ref.hash);
      if (wrong === undefined) return [];
      return [
        problemAt(
          ref,
          `it isn't the record that the checkpoint of ${wrong.time} names: this record or an earlier one was changed and the chain recomputed.`,
        ),
      ];
    },
    missing: () =>
      [...epochs.values()]
        .filter(({ last, reached }) => reached < last.seq)
        .map(({ last, reached }) =>
          problemAt(
            { ...last, seq: reached + 1 },
            `the end of the epoch was cut off here: the checkpoint of ${last.time} knows records up to ${last.seq}.`,
          ),
        ),
    lastSigned: (epoch) => epochs.get(keyOf(epoch))?.last.seq,
  };
}

function isClean({ last }: Epoch, seq: number): boolean {
  return last.clean && last.seq === seq;
}

function keyOf({ writer, epoch }: { readonly writer: string; readonly epoch: number }): string {
  return `${writer}:${epoch}`;
}
