// The program that Pulumi's engine runs. It stays alive until the engine ends it.
import { readFileSync } from 'node:fs';
import { main } from '@pulumi/pulumi/provider/index.js';
import { lockstepProvider } from './provider.ts';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
// Not awaited at the top level: the engine loads this module by `require`.
void main(lockstepProvider(read('schema.json'), read('package.json').version), process.argv.slice(2));
