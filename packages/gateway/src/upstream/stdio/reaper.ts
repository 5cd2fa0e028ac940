import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Ends every process group that is left when the gateway has ended, however it ended. It reads `+<group>` and
 * `-<group>` lines. When its input ends, nobody holds the other end any more.
 */
const script = `
trap '' HUP INT TERM
groups=' '
while read -r line; do
  group=\${line#?}
  case $line$groups in
    +*) groups="$groups$group " ;;
    -*" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
[ "$groups" = ' ' ] || sleep 1
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`;

/** One small shell per gateway, in its own session, so that Ctrl-C doesn't reach it. */
export interface Reaper {
  /** Where a child announces its own group before it becomes the server, so that no moment is unwatched. */
  input(): Writable;
  pid(): number;
  /** The group has started and announced itself. */
  remember(group: number): void;
  /** The group has ended. */
  forget(group: number): void;
  /** Lets the reaper end, once every group has ended. */
  close(): void;
}

/** Starts the reaper. If somebody ends it, another takes over. */
export function startReaper(): Reaper {
  const groups = new Set<number>();
  let closed = false;
  let shell = begin();

  function begin(): ChildProcessByStdio<Writable, null, null> {
    const child = spawn('/bin/sh', ['-c', script], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      cwd: '/',
    });
    // A broken pipe must not end the gateway.
    child.stdin.on('error', () => {});
    child.on('error', () => {});
    child.once('exit', () => {
      if (closed) return;
      shell = begin();
      for (const group of groups) shell.stdin.write(`+${group}\n`);
    });
    child.unref();
    return child;
  }

  return {
    input: () => shell.stdin,
    pid: () => shell.pid ?? 0,
    remember: (group) => void groups.add(group),
    forget(group) {
      groups.delete(group);
      shell.stdin.write(`-${group}\n`);
    },
    close() {
      closed = true;
      shell.stdin.end();
    },
  };
}
