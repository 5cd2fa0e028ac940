/** What keeps npm, pip or another tool from its work, in the one line of its complaint that says most. */
export function reasonOfTool(text: string): string {
  return unreachable(text) ?? lastWords(text);
}

/** What npm or pip couldn't reach, and why; neither puts that first. Undefined where the network isn't the reason. */
function unreachable(text: string): string | undefined {
  const npm = /request to (?<url>\S+) failed, reason: *(?<why>.*)/.exec(text)?.groups;
  if (npm !== undefined) {
    const { url = '', why = '' } = npm;
    const host = URL.canParse(url) ? new URL(url).host : url;
    return `the registry ${host} can't be reached (${why.trim() || /code (E\w+)/.exec(text)?.[1] || 'no reason given'}); connect to the network, or configure a registry that you can reach`;
  }
  const pip =
    /connection broken by '.*?(?:Failed to establish a new connection: (?:\[Errno -?\d+\] )?)(?<why>[^']+)'/.exec(
      text,
    )?.groups;
  if (pip === undefined) return undefined;
  return `its package index can't be reached (${pip.why}); connect to the network, or set PIP_INDEX_URL to an index that you can reach`;
}

/** The line of a tool's complaint that says most. */
function lastWords(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^(npm (error|ERR!)|ERROR:|error:|fatal:|Error:)\s*/i, '').trim())
    .filter(
      (line) =>
        line !== '' &&
        !/^(code |syscall |errno |A complete log|npm warn|time=\S+ level=(info|warning) )/i.test(line),
    );
  return (lines[0] ?? 'it gave no reason').replace(/\.$/, '');
}
