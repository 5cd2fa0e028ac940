// Packs the packages that would be published into tarballs, for projects that use Lockstep before its first release.
//
//   npm run pack [-- FOLDER]     default: out
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = readdirSync(join(root, 'packages')).filter((name) => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return manifest.private !== true;
});
const folder = resolve(process.argv[2] ?? join(root, 'out'));

// Remove earlier builds: files under old names would be packed too.
for (const name of packages) {
  rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
  rmSync(join(root, 'packages', name, 'tsconfig.tsbuildinfo'), { force: true });
}
const run = (...args) =>
  execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
run('run', '--silent', 'build');
mkdirSync(folder, { recursive: true });
for (const name of packages) {
  const file = run(
    'pack',
    '--silent',
    '--pack-destination',
    folder,
    '--workspace',
    `packages/${name}`,
  ).trim();
  console.log(relative(process.cwd(), join(folder, file)));
}
