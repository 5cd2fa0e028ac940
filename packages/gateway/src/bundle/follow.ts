import { isDeepStrictEqual } from 'node:util';
import { type Deployment, type LoadedBundle, loadBundle } from '@lockstep/model/internal';
import { messageOf } from '../kernel/errors.ts';
import type { BundleSource } from './folder.ts';

/** Milliseconds between looks. */
const intervalMs = 1000;

/** The longest time between two readings of what can't be taken and has the same stamp: a bundle may be large. */
const maxPauseMs = 30_000;

/** A bundle that is whole, and where its servers are. */
export interface Offer {
  readonly bundle: LoadedBundle;
  /** Absent where the host finds its servers by itself. */
  readonly deployment?: Deployment;
}

/** What becomes of what is found. */
interface Following {
  /** Puts a change in force. Throws in one sentence where it can't be. */
  readonly onChange: (offer: Offer) => Promise<void>;
  /** Told once of each reason why what is there can't be taken. */
  readonly onRejected: (why: string) => Promise<void>;
  /** Told once of each reason why what is there isn't whole, while that may still mend itself. */
  readonly onPartial: (why: string) => void;
}

export interface Follower {
  /** Looks at once, for a source that knows when it changed. */
  look(): Promise<void>;
  stop(): void;
}

/** @throws ConfigurationError, or Error in one sentence, when what is there isn't whole. */
export async function readOffer(source: BundleSource): Promise<Offer> {
  const { files, ...rest } = await source.read();
  return { bundle: loadBundle(files), ...rest };
}

/**
 * Watches a bundle and takes every change that is whole: each file there, each as its hash says. Anything else
 * leaves the bundle in force as it is, and is reported once for what it is.
 *
 * @param current what is in force.
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

  /** What is there now; undefined when it was looked at before, or may still be on its way. */
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

/** Why what is there can't be read whole, in milliseconds of `performance.now()`. */
interface Fault {
  /** Since when there is any. */
  readonly since: number;
  readonly at: number;
  readonly stamp: string | undefined;
  readonly why: string;
  /** How long it isn't read again while it has this stamp. */
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
