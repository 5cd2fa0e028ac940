/** Variables of the host that every server needs to find its interpreter. */
const inherited = ['PATH'];

/**
 * The whole environment of a server's process. Nothing of the host's is in it but PATH and what the definition
 * declares as needed, so that no secret of the gateway's leaks; what would make definitions vary by host is pinned.
 */
export function childEnvironment(options: {
  /** The host's own. */
  host: Readonly<Record<string, string | undefined>>;
  /** The folder of this isolation key: home, so that principals don't meet in files under it. */
  home: string;
  temporary: string;
  /** Names of host variables that the definition declares. */
  needs: readonly string[];
  /** What the definition sets; it has the last word. */
  declared: Readonly<Record<string, string>>;
}): Record<string, string> {
  const { host, home, temporary, needs, declared } = options;
  const passed = [...inherited, ...needs].flatMap((name) => {
    const value = host[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...Object.fromEntries(passed),
    ...declared,
  };
}
