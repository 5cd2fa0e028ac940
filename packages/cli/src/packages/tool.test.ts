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

test('says what npm or pip cannot reach, and why', async () => {
  const refused = [
    'npm error code ECONNREFUSED',
    'npm error syscall connect',
    'npm error FetchError: request to http://127.0.0.1:9/foo failed, reason: ',
  ];
  await expect(failing(...refused)).rejects.toThrow(
    "it can't build: the registry 127.0.0.1:9 can't be reached (ECONNREFUSED); connect to the network, or configure a registry that you can reach.",
  );
  const unknown =
    'npm error network request to https://npm.example/foo failed, reason: getaddrinfo ENOTFOUND npm.example';
  await expect(failing('npm error code ENOTFOUND', unknown)).rejects.toThrow(
    "the registry npm.example can't be reached (getaddrinfo ENOTFOUND npm.example);",
  );
  const pip = `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/foo/`;
  await expect(failing(pip, 'ERROR: No matching distribution found for foo')).rejects.toThrow(
    "its package index can't be reached (Name or service not known);",
  );
});
