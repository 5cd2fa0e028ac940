import { type LoadedBundle, loadBundle } from '@lockstep/model';
import type { BundleSource } from './folder.ts';

/** Milliseconds between looks. */
const interval = 1000;

export interface Follower {
  /** Looks at once, for a source that knows when it changed. */
  look(): Promise<void>;
  stop(): void;
}

/**
 * Watches a bundle and takes every change that is whole: each file there, each as its hash says. Anything else
 * leaves the bundle in force as it is, and is reported once for what it is.
 */
export function followBundle(
  source: BundleSource,
  current: string,
  onChange: (bundle: LoadedBundle) => Promise<void>,
  onRejected: (why: string) => Promise<void>,
): Follower {
  let taken: string | undefined;
  let digest = current;
  let reported: string | undefined;
  let looking: Promise<void> | undefined;

  async function lookOnce(): Promise<void> {
    try {
      const stamp = await source.stamp();
      if (stamp === taken) return;
      const bundle = loadBundle(await source.files());
      taken = stamp;
      reported = undefined;
      if (bundle.digest === digest) return;
      await onChange(bundle);
      digest = bundle.digest;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why === reported) return;
      reported = why;
      await onRejected(why);
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
