/** Variables of the host that every server needs to find its interpreter. */
const inherited = ['PATH'];

/**
 * Makes the whole environment of a server's process. It takes only PATH and the declared variables from the host, so
 * no secret of the gateway leaks. Variables that would make definitions vary by host are pinned.
 */
export function childEnvironment(options: {
  /** The host's environment. */
  host: Readonly<Record<string, string | undefined>>;
  /** The folder of this isolation key, used as home so that principals don't share files there. */
  home: string;
  temporary: string;
  /** Names of host variables that the definition declares. */
  needs: readonly string[];
  /** The definition's own variables, which override all others. */
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
