// Packs what would be published into tarballs, for projects that use Lockstep before there is a release. `lockstep init`
// packs them the same way.
//
//   npm run pack [-- FOLDER]     default: out
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packClone } from '@lockstep/cli/internal';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = resolve(process.argv[2] ?? join(root, 'out'));

for (const file of (await packClone(root, folder)).values()) console.log(relative(process.cwd(), file));
