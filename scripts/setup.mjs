// Sets this repository up: `node scripts/setup.mjs start` for what `npm start` runs with, `site` for what builds the site,
// and without a word for everything else.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup/npm.mjs';
import { setUp } from './setup/set-up.mjs';

try {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const [, , purpose] = process.argv;
  if (purpose === 'site') await setUp('site', join(root, 'site'));
  else await setUp(purpose === 'start' ? 'start' : 'everything', root);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(2);
}
