import { createRequire } from 'node:module';
import type { PulumiRuntime } from './mock-monitor.ts';

/** A program's own copy of Pulumi's SDK. */
export interface Sdk {
  readonly runtime: PulumiRuntime;
  /** Runs something with a state of its own, as the SDK does for programs beside each other. Older ones can't. */
  readonly withLocalStorage?: <T>(work: () => T) => T;
}

/**
 * Loads the SDK that a program finds from its folder.
 *
 * @throws Error as `require` does where there is none.
 */
export function requireSdk(entry: string): Sdk {
  const programRequire = createRequire(entry);
  const { runtime } = programRequire('@pulumi/pulumi') as { runtime: PulumiRuntime };
  const state = programRequire('@pulumi/pulumi/runtime/state') as Pick<Sdk, 'withLocalStorage'> & {
    getGlobalStore?(): unknown;
  };
  // Otherwise it would be made for the first stack, among what that leaves behind.
  state.getGlobalStore?.();
  return { runtime, ...(state.withLocalStorage && { withLocalStorage: state.withLocalStorage }) };
}
