import { expect, test } from 'vitest';
import { sha256 } from '../canonical.ts';
import { permissionTable } from '../permission/table.ts';
import { printTable } from '../permission/text.ts';
import { environment, filesRelease, findingsOf } from '../world.fixture.ts';
import { loadBundle, makeBundle } from './bundle.ts';

const prod = environment('prod', {
  rules: [{ name: 'a', tools: 'files/write_file', when: 'args.x == 1', decision: 'allow' }],
});
const bundle = makeBundle(prod);

/** The bundle with changed files; undefined removes one. */
function changed(changes: Record<string, string | undefined>, rehash = false): Map<string, string> {
  const files = new Map(bundle.files);
  for (const [path, text] of Object.entries(changes)) {
    if (text === undefined) files.delete(path);
    else files.set(path, text);
  }
  if (!rehash) return files;
  const config = JSON.parse(files.get('gateway.json') ?? '');
  config.files = Object.fromEntries(
    [...files].filter(([path]) => path !== 'gateway.json').map(([path, text]) => [path, sha256(text)]),
  );
  return files.set('gateway.json', JSON.stringify(config));
}

test('a bundle has a file for each tool, with its lines of the printed table', () => {
  expect([...bundle.files.keys()]).toEqual([
    'gateway.json',
    'prompts/files',
    'releases/files.json',
    'resources/files',
    'table/files.delete_file',
    'table/files.read_file',
    'table/files.write_file',
  ]);
  const lines = [...bundle.files]
    .filter(([path]) => !path.endsWith('.json'))
    .flatMap(([, text]) => text.split('\n'));
  const printed = printTable(permissionTable(prod)).split('\n').slice(1);
  expect(lines.toSorted()).toEqual(printed.concat(Array(4).fill('')).toSorted());
});

test('loading gives back what was made', () => {
  const loaded = loadBundle(bundle.files);
  expect(loaded.digest).toBe(bundle.digest);
  expect(loaded.digest).toBe(sha256(bundle.files.get('gateway.json') ?? ''));
  expect(loaded.table).toEqual(permissionTable(prod));
  expect(loaded.releases).toEqual({ files: filesRelease });
  expect(loaded.config).toMatchObject({ environment: 'prod', servers: { files: { release: '1.0.0' } } });
  expect(loaded.config.settings).toEqual(prod.settings);
});

test('the error names all altered, missing and extra files', () => {
  const files = changed({
    'table/files.read_file': 'files/read_file read allow # rules.x\n',
    'prompts/files': undefined,
    'table/files.extra': 'x',
  });
  expect(findingsOf(() => loadBundle(files))).toEqual([
    'prompts/files: is missing; deploy the whole bundle.',
    "table/files.read_file: doesn't match its hash in gateway.json; deploy the bundle again.",
    "table/files.extra: isn't named in gateway.json; remove it.",
  ]);
});

test('a change of any file is noticed', () => {
  for (const [path, text] of bundle.files) {
    const files = changed({ [path]: `${text} ` });
    if (path === 'gateway.json') expect(loadBundle(files).digest).not.toBe(bundle.digest);
    else expect(() => loadBundle(files)).toThrow(path);
  }
});

const config = (change: object) =>
  JSON.stringify({ ...JSON.parse(bundle.files.get('gateway.json') ?? ''), ...change });

test.each<[string, Map<string, string>, RegExp]>([
  ['no gateway.json', changed({ 'gateway.json': undefined }), /^gateway.json: is missing/],
  ['half a gateway.json', changed({ 'gateway.json': '{' }), /^gateway.json: isn't JSON/],
  [
    'a newer one',
    changed({ 'gateway.json': config({ schemaVersion: 2 }) }),
    /version 2 is newer .* update the gateway/,
  ],
  ['an unknown field', changed({ 'gateway.json': config({ odd: 1 }) }), /^gateway.json.odd: unknown field/],
  ['an empty map', new Map(), /^gateway.json: is missing/],
  ['no release', changed({ 'releases/files.json': undefined }, true), /^releases\/files.json: is missing/],
  [
    'a broken line',
    changed({ 'table/files.read_file': 'x\n' }, true),
    /^table\/files.read_file: line 1 isn't a clause/,
  ],
  [
    "a target in another's file",
    changed({ 'table/files.read_file': 'files/write_file write allow # rules.x\n' }, true),
    /^table\/files.read_file: files\/write_file doesn't belong here/,
  ],
  [
    'a target without a clause',
    changed({ 'table/files.read_file': undefined }, true),
    /^table\/files.read_file: files\/read_file is in the release but has no clause/,
  ],
  [
    "a class that the release doesn't have",
    changed({ 'table/files.delete_file': 'files/delete_file read allow # rules.x\n' }, true),
    /^table\/files.delete_file: files\/delete_file doesn't match the release/,
  ],
])('%s is refused', (_, files, message) => {
  expect(findingsOf(() => loadBundle(files)).join('\n')).toMatch(message);
});
