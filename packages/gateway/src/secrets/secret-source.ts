/** One secret as it was read. */
export type SecretAnswer =
  | {
      readonly value: string;
      /** Seconds from now that it holds, where its source says so. */
      readonly lease?: number;
    }
  /** It isn't there, or the gateway may not have it: why, as a clause with what to do. What was held is given up. */
  | { readonly missing: string };

/** Where the values of secrets come from: Vault in a cluster, files and variables on a laptop. */
export interface SecretSource {
  /** Seconds between two looks for changed values. Default: 60. */
  readonly every?: number;
  /**
   * Reads references of one server, all at once, so that what belongs together fits together.
   *
   * @throws Error whose message is a clause, when it can't be told now what they are: what was held stays in use.
   */
  read(server: string, references: readonly string[]): Promise<ReadonlyMap<string, SecretAnswer>>;
  /** Lets go of connections. Default: there is nothing to let go of. */
  close?(): Promise<void>;
}
