import { expect, test } from 'vitest';
import { runTool } from './tool.ts';

const failing = (...lines: string[]) =>
  runTool('sh', ['-c', 'printf "%s\\n" "$@" >&2; exit 1', 'sh', ...lines], { purpose: "it can't build" });

test('of what a tool complains about, the line that says most is told', async () => {
  await expect(
    failing('npm warn old', 'npm error code E404', 'npm error 404 no such package.'),
  ).rejects.toThrow(/^it can't build: 404 no such package\.$/);
  const retried = 'time="2026-11-21T16:54:56Z" level=warning msg="Failed, retrying in 2s ... (1/3)."';
  await expect(failing(retried, 'Error: no such image')).rejects.toThrow(/^it can't build: no such image\.$/);
  await expect(runTool('no-such-tool', [], { purpose: "it can't build" })).rejects.toThrow(
    "it can't build: no-such-tool isn't installed.",
  );
});
