/** A package as a runner such as `npx` or `uvx` was told to fetch it. */
interface RunnerCall {
  readonly from: 'npm' | 'pypi';
  readonly package: string;
  /** A version or tag that was asked for. */
  readonly version?: string;
  /** The executable, where it isn't the package's only one. */
  readonly bin?: string;
  readonly args: readonly string[];
}

interface Runner {
  readonly from: 'npm' | 'pypi';
  /** Words between the command and the package: `pnpm dlx`. */
  readonly words: readonly string[];
  /** Flags that name the package, so that the first word is the executable. */
  readonly packageFlags: readonly string[];
  /** Other flags that take a value. */
  readonly valueFlags: readonly string[];
}

const npmFlags = {
  from: 'npm',
  packageFlags: ['-p', '--package'],
  valueFlags: ['--registry', '--cache'],
} as const;
const uvFlags = {
  from: 'pypi',
  packageFlags: ['--from', '--spec'],
  valueFlags: ['--python', '-p', '--with', '--index-url', '--index'],
} as const;

const runners: Readonly<Record<string, readonly Runner[]>> = {
  npx: [{ ...npmFlags, words: [] }],
  bunx: [{ ...npmFlags, words: [] }],
  npm: [{ ...npmFlags, words: ['exec'] }],
  pnpm: [{ ...npmFlags, words: ['dlx'] }],
  yarn: [{ ...npmFlags, words: ['dlx'] }],
  uvx: [{ ...uvFlags, words: [] }],
  uv: [{ ...uvFlags, words: ['tool', 'run'] }],
  pipx: [{ ...uvFlags, words: ['run'] }],
};

/** Reads a command line that fetches a package and runs it; undefined for any other command. */
export function readRunnerCall(command: string, args: readonly string[]): RunnerCall | undefined {
  // `cmd /c npx …` is how Windows starts a script.
  if (/^cmd(\.exe)?$/i.test(command) && /^\/c$/i.test(args[0] ?? '')) {
    return readRunnerCall(args[1] ?? '', args.slice(2));
  }
  const name = command.replace(/^.*[\\/]/, '').replace(/\.(cmd|exe|ps1)$/i, '');
  for (const runner of runners[name] ?? []) {
    if (!runner.words.every((word, index) => args[index] === word)) continue;
    return readCall(runner, args.slice(runner.words.length));
  }
  return undefined;
}

function readCall(runner: Runner, args: readonly string[]): RunnerCall | undefined {
  let named: string | undefined;
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      index++;
      break;
    }
    if (!arg.startsWith('-')) break;
    const [flag = '', inline] = arg.split(/=(.*)/s);
    if (runner.packageFlags.includes(flag)) named = inline ?? args[++index];
    else if (runner.valueFlags.includes(flag) && inline === undefined) index++;
  }
  const word = args[index];
  if (word === undefined && named === undefined) return undefined;
  const spec = splitVersion(named ?? word ?? '', runner.from);
  if (spec === undefined) return undefined;
  const bin = named === undefined ? undefined : word;
  return { from: runner.from, ...spec, ...(bin && { bin }), args: args.slice(index + 1) };
}

function splitVersion(spec: string, from: 'npm' | 'pypi'): { package: string; version?: string } | undefined {
  const match =
    from === 'npm'
      ? /^((?:@[a-z0-9-~][\w.~-]*\/)?[a-z0-9-~][\w.~-]*)(?:@(.+))?$/i.exec(spec)
      : /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?(?:(?:==|@)(.+))?$/.exec(spec);
  if (match?.[1] === undefined) return undefined; // a Git URL, a tarball, a path
  return { package: match[1], ...(match[2] !== undefined && { version: match[2] }) };
}
