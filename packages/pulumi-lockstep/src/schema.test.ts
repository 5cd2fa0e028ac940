import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import * as components from './index.ts';

const folder = resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const { Analyzer } = require('@pulumi/pulumi/provider/experimental/analyzer');
const { generateSchema } = require('@pulumi/pulumi/provider/experimental/schema');
const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));

it('is what Pulumi makes of the classes', async () => {
  const analyzer = new Analyzer(folder, 'lockstep', manifest, new Set(Object.keys(components)));
  const { components: found, typeDefinitions, dependencies } = analyzer.analyze();
  const schema = generateSchema(
    'lockstep',
    undefined,
    manifest.description,
    found,
    typeDefinitions,
    dependencies,
  );
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../schema.json');
});
