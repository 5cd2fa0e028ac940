// Builds the site into site/dist: guides, reference and changelog. It fails for a dead link, and for a field that the
// reference doesn't explain.
//
//   npm run docs [-- BASE]     default: /, the folder at which the site is served
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { build } from 'vitepress';
import { deadLinks } from './check-links.ts';
import { lacksOfReference } from './check-reference.ts';
import { root } from './pages.ts';

const base = process.argv[2] ?? '/';

rmSync(join(root, 'reference'), { recursive: true, force: true });
const reference = await Application.bootstrapWithPlugins({ options: join(root, 'site/typedoc.json') });
const project = await reference.convert();
if (project === undefined) throw new Error('The reference has errors; see above.');
await reference.generateOutputs(project);
if (reference.logger.hasErrors() || reference.logger.hasWarnings())
  throw new Error('The reference has faults; see above.');

await build(join(root, 'site'), { base });
const faults = [...lacksOfReference(), ...deadLinks(base)];
for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0 ? 'site/dist has the site; all its links lead somewhere.' : `${faults.length} faults.`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
