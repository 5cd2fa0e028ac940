/** One token; see `database.ts` for how times and structured values are kept. */
export interface TokenRow {
  id: string;
  /** Hex of the SHA-256 of the secret, which is stored nowhere. */
  hash: string;
  subject: string;
  owner: string;
  /** JSON array. */
  roles: string;
  /** `mcp` or `admin`. */
  audience: string;
  created_at: number;
  created_by: string;
  expires_at: number;
  revoked_at: number | null;
  revoked_by: string | null;
  /** `created` here, or declared in the token `file`. */
  source: string;
}

export interface TokenTables {
  tokens: TokenRow;
}
