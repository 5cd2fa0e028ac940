import { expect, test } from 'vitest';
import { permissionTable } from '../permission/table.ts';
import { environment, findingsOf } from '../world.fixture.ts';
import { makeBundle } from './bundle.ts';
import { printBundleFile } from './bundle-file.ts';
import { bundleOf, environmentOfBundle, tableOf } from './bundled-environment.ts';

const prod = environment('prod', {
  rules: [{ name: 'a', tools: 'files/write_file', when: 'args.x == 1', decision: 'allow' }],
});
const text = printBundleFile(makeBundle(prod));

test('an environment that went through a file has the same bundle, table, servers and releases', () => {
  const bundled = environmentOfBundle(text);
  const { rules: _, ...rest } = prod;
  expect(bundled).toMatchObject(rest);
  expect(bundled).not.toHaveProperty('rules');
  expect(bundleOf(bundled)).toEqual(bundleOf(prod));
  expect(printBundleFile(bundleOf(bundled))).toBe(text);
  expect(tableOf(bundled)).toEqual(permissionTable(prod));
  expect(tableOf(bundled)).toEqual(tableOf(prod));
});

test('the bytes of a bundle are deployed as they were written, whatever this version would write', () => {
  const files = JSON.parse(text);
  files['gateway.json'] = files['gateway.json'].replaceAll('  ', '\t');
  const { bundle } = environmentOfBundle(JSON.stringify(files));
  expect(bundle.files.get('gateway.json')).toContain('\t');
  expect(bundle.digest).not.toBe(makeBundle(prod).digest);
});

test('a file of a bundle is one line, so that a change to one tool shows as that tool', () => {
  const other = environment('prod', {
    rules: [{ name: 'a', tools: 'files/write_file', when: 'args.x == 2', decision: 'allow' }],
  });
  const lines = new Set(text.split('\n'));
  const changed = printBundleFile(makeBundle(other))
    .split('\n')
    .filter((line) => !lines.has(line));
  expect(changed.map((line) => line.trim().split(':')[0])).toEqual([
    '"gateway.json"',
    '"table/files.write_file"',
  ]);
});

test.each([
  ['', "bundle: isn't JSON; write it again with `lockstep bundle`."],
  ['[]', 'bundle: must be an object'],
  ['{"gateway.json": 1}', 'bundle["gateway.json"]: must be a string'],
])('%s is no bundle', (wrong, message) => {
  expect(findingsOf(() => environmentOfBundle(wrong)).join('\n')).toContain(message);
});

test('an altered file is named', () => {
  const altered = text.replace('rules.a', 'rules.b');
  expect(findingsOf(() => environmentOfBundle(altered))).toEqual([
    "table/files.write_file: doesn't match its hash in gateway.json; deploy the bundle again.",
  ]);
});

test('a key that is written twice is refused, because it shows what is not deployed', () => {
  const message =
    'has a key twice, so it shows something else than it deploys; write it again with `lockstep bundle`.';
  const [, name, line] = /("table\/files.write_file"): (".*")/.exec(text) ?? [];
  const decoy = text.replace('{', `{\n  ${name}: ${line?.replace('allow', 'deny')},`);
  expect(findingsOf(() => environmentOfBundle(decoy))).toEqual([`bundle: ${message}`]);
  const files = JSON.parse(text);
  files['gateway.json'] = files['gateway.json'].replace('"profile"', '"profile": "dev",\n  "profile"');
  expect(findingsOf(() => environmentOfBundle(JSON.stringify(files)))).toEqual([`gateway.json: ${message}`]);
});
