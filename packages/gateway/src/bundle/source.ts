import type { Deployment } from '@lockstep/model/internal';

/** What a source holds at one moment. */
export interface BundleSnapshot {
  /** The bundle's files, by their path in it. */
  readonly files: ReadonlyMap<string, string>;
  /** Where the servers are. Absent: the host finds out by itself, as a laptop does. */
  readonly deployment?: Deployment;
}

/** Where a gateway's bundle comes from, now and whenever it changes. */
export interface BundleSource {
  /** @throws Error in one sentence, or ConfigurationError, when it can't be read whole. */
  read(): Promise<BundleSnapshot>;
  /**
   * Something that differs whenever `gateway.json` or the deployment does, and where it can be told any other file;
   * cheap, since it is asked once a second.
   */
  stamp(): Promise<string>;
  /** Seconds in which a change may be there only in part before that counts as a fault. Default: 0. */
  readonly patience?: number;
}
