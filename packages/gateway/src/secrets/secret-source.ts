/** One secret as it was read. */
export type SecretAnswer =
  | {
      readonly value: string;
      /** Seconds for which it is valid, if its source says so. */
      readonly lease?: number;
    }
  /** It isn't there, or the gateway may not have it: a clause with what to do. The old value is given up. */
  | { readonly missing: string };

/** A source of secret values: Vault in a cluster, files and variables on a laptop. */
export interface SecretSource {
  /** Seconds between two reads for changed values. Default: 60. */
  readonly every?: number;
  /**
   * Reads references of one server, all at once, so that values that belong together fit together.
   *
   * @throws Error whose message is a clause, if the source can't answer now: the old values stay in use.
   */
  read(server: string, references: readonly string[]): Promise<ReadonlyMap<string, SecretAnswer>>;
  /** Closes connections. Default: there are none. */
  close?(): Promise<void>;
}
