import { createRequire, Module } from 'node:module';
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
  deferArborist(createRequire(programRequire.resolve('@pulumi/pulumi')));
  const { runtime } = programRequire('@pulumi/pulumi') as { runtime: PulumiRuntime };
  const state = programRequire('@pulumi/pulumi/runtime/state') as Pick<Sdk, 'withLocalStorage'> & {
    getGlobalStore?(): unknown;
  };
  // Otherwise it would be made for the first stack, among what that leaves behind.
  state.getGlobalStore?.();
  return { runtime, ...(state.withLocalStorage && { withLocalStorage: state.withLocalStorage }) };
}

/**
 * Has npm's tree reader loaded when it is first used. The SDK needs it only for functions that become resources, and
 * loading it is half of loading the SDK.
 */
function deferArborist(sdkRequire: NodeJS.Require): void {
  let path: string;
  try {
    path = sdkRequire.resolve('@npmcli/arborist');
  } catch {
    return; // An SDK that doesn't have it.
  }
  if (sdkRequire.cache[path] !== undefined) return;
  const load = () => {
    delete sdkRequire.cache[path];
    return sdkRequire(path) as Record<PropertyKey, unknown>;
  };
  const deferred = new Proxy({}, { get: (_, key) => (key === '__esModule' ? true : load()[key]) });
  sdkRequire.cache[path] = Object.assign(new Module(path), { exports: deferred, loaded: true });
}
