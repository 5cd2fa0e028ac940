import { isDeepStrictEqual } from 'node:util';
import { type Deployment, type LoadedBundle, loadBundle } from '@lockstep/model';
import type { BundleSource } from './source.ts';

/** Milliseconds between looks. */
const interval = 1000;

/** A bundle that is whole, and where its servers are. */
export interface Offer {
  readonly bundle: LoadedBundle;
  /** Absent where the host finds its servers by itself. */
  readonly deployment?: Deployment;
}

/** What becomes of what is found. */
export interface Following {
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
  const patience = (source.patience ?? 0) * 1000;
  let taken: string | undefined;
  let inForce = current;
  let partial: { readonly since: number; readonly why: string } | undefined;
  let reported: string | undefined;
  let looking: Promise<void> | undefined;

  async function lookOnce(): Promise<void> {
    try {
      const offer = await readChange();
      if (offer === undefined || isSame(offer, inForce)) return;
      await following.onChange(offer);
      inForce = offer;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why === reported) return;
      reported = why;
      await following.onRejected(why);
    }
  }

  /** What is there now; undefined when it was looked at before, or may still be on its way. */
  async function readChange(): Promise<Offer | undefined> {
    try {
      const stamp = await source.stamp();
      if (stamp === taken) return undefined;
      const offer = await readOffer(source);
      taken = stamp;
      partial = undefined;
      reported = undefined;
      return offer;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const since = partial?.since ?? performance.now();
      if (performance.now() - since >= patience) throw error;
      if (partial?.why !== why) following.onPartial(why);
      partial = { since, why };
      return undefined;
    }
  }

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  const timer = setInterval(() => void look(), interval);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}

function isSame(a: Offer, b: Offer): boolean {
  return a.bundle.digest === b.bundle.digest && isDeepStrictEqual(a.deployment, b.deployment);
}
