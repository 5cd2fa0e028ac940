// Sets this repository up: `node scripts/setup.mjs start` for what `npm start` runs with, without the word for everything.
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup/npm.mjs';
import { setUp } from './setup/set-up.mjs';

try {
  const root = fileURLToPath(new URL('..', import.meta.url));
  await setUp(process.argv[2] === 'start' ? 'start' : 'everything', root);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(2);
}
