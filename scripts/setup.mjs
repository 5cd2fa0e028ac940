// Installs the locked dependencies if they are missing or out of date. It runs on any Node >= 20 before anything is
// installed, so it uses nothing but Node itself.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const lock = new URL('../package-lock.json', import.meta.url);
const installed = new URL('../node_modules/.package-lock.json', import.meta.url);

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  process.stderr.write('Installing dependencies (once; about half a minute)…\n');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 2, 'inherit'],
    shell: process.platform === 'win32',
  });
}
