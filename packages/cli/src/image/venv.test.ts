import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PypiSource } from '../packages/pypi.ts';
import { parsePlatform } from './platform.ts';
import { installVenv } from './venv.ts';

// A Python whose pip writes down how it was called, and installs one script as pip does.
const fakePython = `#!/bin/sh
echo "$*" > "$FAKE/call"
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/bin" "$2/time_server"
printf '#!/home/ada/bin/python3.11\\nprint(1)\\n' > "$2/bin/time-server"
`;

const source: PypiSource = {
  type: 'pypi',
  package: 'time-server',
  version: '1.0.0',
  bin: 'time-server',
  requirements: ['time-server==1.0.0 --hash=sha256:aa'],
};

let folder: string;
let tree: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'venv-'));
  tree = join(folder, 'tree');
  mkdirSync(tree);
  writeFileSync(join(folder, 'python3'), fakePython);
  chmodSync(join(folder, 'python3'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  vi.stubEnv('FAKE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test("requirements become an environment for the image's own interpreter, whatever this host has", async () => {
  await installVenv(source, tree, parsePlatform('linux/arm64'), '/usr/local/bin/python3.13');
  const call = readFileSync(join(folder, 'call'), 'utf8');
  expect(call).toMatch(/--no-deps --require-hashes --only-binary :all: .*--python-version 3\.13 /);
  expect(call).toMatch(/--platform manylinux_2_41_aarch64 .*--platform manylinux2014_aarch64 --no-compile /);
  const at = (path: string) => join(tree, 'venv', path);
  expect(existsSync(at('lib/python3.13/site-packages/time_server'))).toBe(true);
  expect(readlinkSync(at('bin/python'))).toBe('/usr/local/bin/python3.13');
  expect(readFileSync(at('bin/time-server'), 'utf8')).toBe('#!/server/venv/bin/python\nprint(1)\n');
  expect(readFileSync(at('pyvenv.cfg'), 'utf8')).toContain('home = /usr/local/bin\n');
});
