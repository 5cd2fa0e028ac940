import { isDeepStrictEqual } from 'node:util';
import { type Deployment, type LoadedBundle, loadBundle } from '@lockstep/model/internal';
import { messageOf } from '../kernel/errors.ts';
import type { BundleSource } from './folder.ts';

/** Milliseconds between checks for a change. */
const intervalMs = 1000;

/** Longest pause before a rejected bundle with the same stamp is read again, since a bundle may be large. */
const maxPauseMs = 30_000;

/** A whole bundle, and where its servers are. */
export interface Offer {
  readonly bundle: LoadedBundle;
  /** Absent if the host runs its servers itself. */
  readonly deployment?: Deployment;
}

/** What to do with a changed bundle. */
interface Following {
  /** Puts a change in force. Throws in one sentence if that isn't possible. */
  readonly onChange: (offer: Offer) => Promise<void>;
  /** Called once for each reason why a change is rejected. */
  readonly onRejected: (why: string) => Promise<void>;
  /** Called once for each reason why a change isn't whole, while the rest may still arrive. */
  readonly onPartial: (why: string) => void;
}

export interface Follower {
  /** Checks at once, for a source that knows when it changed. */
  look(): Promise<void>;
  stop(): void;
}

/** @throws ConfigurationError, or Error in one sentence, if the bundle isn't whole. */
export async function readOffer(source: BundleSource): Promise<Offer> {
  const { files, ...rest } = await source.read();
  return { bundle: loadBundle(files), ...rest };
}

/**
 * Watches a bundle and applies every change that is whole: each file is there and matches its hash. Otherwise the
 * bundle in force stays, and each reason is reported once.
 *
 * @param current the bundle in force.
 */
export function followBundle(source: BundleSource, current: Offer, following: Following): Follower {
  const partsTimeoutMs = (source.partsTimeoutSeconds ?? 0) * 1000;
  let taken: string | undefined;
  let inForce = current;
  let fault: Fault | undefined;
  let reported: string | undefined;
  let looking: Promise<void> | undefined;

  async function lookOnce(): Promise<void> {
    try {
      const offer = await readChange();
      if (offer === undefined || isSame(offer, inForce)) return;
      await following.onChange(offer);
      inForce = offer;
    } catch (error) {
      const why = messageOf(error);
      if (why === reported) return;
      reported = why;
      await following.onRejected(why);
    }
  }

  /** Reads what is there now; undefined if that was read before or may still be arriving. */
  async function readChange(): Promise<Offer | undefined> {
    let stamp: string | undefined;
    try {
      stamp = await source.stamp();
      if (stamp === taken || isTooEarly(stamp)) return undefined;
      const offer = await readOffer(source);
      taken = stamp;
      fault = undefined;
      reported = undefined;
      return offer;
    } catch (error) {
      const before = fault;
      fault = nextFault(before, stamp, messageOf(error));
      if (fault.at - fault.since >= partsTimeoutMs) throw error;
      if (before?.why !== fault.why) following.onPartial(fault.why);
      return undefined;
    }
  }

  function isTooEarly(stamp: string): boolean {
    return stamp === fault?.stamp && performance.now() < fault.at + fault.pause;
  }

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}

/** Why the bundle can't be read whole. Times are milliseconds of `performance.now()`. */
interface Fault {
  /** When the first of these faults was seen. */
  readonly since: number;
  readonly at: number;
  readonly stamp: string | undefined;
  readonly why: string;
  /** How long not to read it again while it has this stamp. */
  readonly pause: number;
}

function nextFault(before: Fault | undefined, stamp: string | undefined, why: string): Fault {
  const at = performance.now();
  const pause = before !== undefined && before.stamp === stamp ? before.pause * 2 : intervalMs / 2;
  return { since: before?.since ?? at, at, stamp, why, pause: Math.min(pause, maxPauseMs) };
}

function isSame(a: Offer, b: Offer): boolean {
  return a.bundle.digest === b.bundle.digest && isDeepStrictEqual(a.deployment, b.deployment);
}
