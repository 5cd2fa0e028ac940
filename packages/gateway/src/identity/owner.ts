/**
 * What owners are compared by: `Anna@Example.com` and `anna@example.com` are one human, so that nobody becomes two by
 * their spelling.
 */
export function ownerKey(owner: string): string {
  return owner.normalize('NFKC').trim().toLowerCase();
}
