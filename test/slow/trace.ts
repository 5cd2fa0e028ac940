/** One finished system call of a trace. */
interface Call {
  readonly name: string;
  /** The file of its descriptor. */
  readonly file: string;
  readonly text: string;
}

/**
 * Reads a trace (`strace -f -y -s …`) for one call that carries `marker`: whether its intent was written to the
 * database's log and synced before the call was written to the server's pipe or socket. An interrupted system call
 * counts at its end, except a forward, which counts at its beginning.
 */
export function forwardedAfterSync(trace: string, marker: string): string {
  const pending = new Map<string, Call>();
  let intent: 'not written' | 'written' | 'synced' = 'not written';
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const begun = /^(\w+)\(\d+<([^>]*)>(.*)$/.exec(rest);
    const resumed = /^<\.\.\. (\w+) resumed>/.exec(rest);
    let call: Call | undefined;
    if (begun !== null) {
      call = { name: begun[1] ?? '', file: begun[2] ?? '', text: begun[3] ?? '' };
      if (isForward(call, marker)) {
        return intent === 'synced'
          ? 'synced before it was forwarded'
          : `forwarded while the intent was ${intent}`;
      }
      if (rest.endsWith('<unfinished ...>')) {
        pending.set(thread, call);
        continue;
      }
    } else if (resumed !== null) {
      call = pending.get(thread);
      pending.delete(thread);
    }
    if (call === undefined) continue;
    if (/gateway\.db/.test(call.file)) {
      if (call.name.endsWith('sync')) {
        if (intent === 'written') intent = 'synced';
      } else if (intent === 'not written' && holdsIntent(call.text, marker)) {
        intent = 'written';
      }
    }
  }
  return `never forwarded (the intent was ${intent})`;
}

/** Whether this is a JSON-RPC request from the gateway; answers to approvers contain the same arguments. */
function isForward({ name, file, text }: Call, marker: string): boolean {
  if (!name.startsWith('write') && !name.startsWith('send')) return false;
  return (
    /^(pipe|UNIX|socket)/.test(file) && ['jsonrpc', 'tools/call', marker].every((part) => text.includes(part))
  );
}

/** Whether a written page contains the intent itself; an approval's records contain the same arguments. */
function holdsIntent(page: string, marker: string): boolean {
  return page
    .split(marker)
    .slice(1)
    .some((rest) => /^(?:(?!\\"kind\\":).)*\\"kind\\":\\"intent\\"/s.test(rest));
}
