import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathUnder } from './path-under.ts';

test.each([
  ['public/a.txt', 'public', true],
  ['public', 'public', true],
  ['public/', './public', true],
  ['./public//x', 'public/', true],
  ['publicity/a', 'public', false],
  ['public/../secret', 'public', false],
  ['a/../public/x', 'public', true],
  ['Public/a', 'public', false],
  ['anything', '.', true],
  ['', '.', true],
  ['/srv/public/a', '/srv/public', true],
  ['/srv/public/../x', '/srv/public', false],
  ['/../srv/x', '/srv', true],
  ['../shared/x', '../shared', true],
  ['../other', '../shared', false],
])('%j under %j: %s', (path, root, under) => {
  expect(pathUnder(path, root)).toBe(under);
});

test.each([
  ['/srv/public', 'public', 'absolute'],
  ['public', '/srv', 'absolute'],
  ['../work/secret', 'secret', 'leads out'],
  ['a/../../work/secret', 'secret', 'leads out'],
  ['~/x', '.', '`~`'],
  ['public\\..\\secret', 'public', 'backslash'],
  ['public\0/x', 'public', 'NUL'],
  [' secret', 'secret', 'white space'],
  ['secret\n', 'secret', 'white space'],
  ['"secret"', 'secret', 'quotation'],
  ['file:///secret', 'secret', 'scheme'],
  ['C:secret', 'secret', 'drive'],
])("whether %j is under %j can't be decided", (path, root, why) => {
  expect(() => pathUnder(path, root)).toThrow(why);
});

const segment = fc.constantFrom('a', 'b', 'c', '.', '..', '');
const absolute = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`);

test('it agrees with how Node resolves absolute paths', () => {
  fc.assert(
    fc.property(absolute, absolute, (path, root) => {
      const way = posix.relative(root, path);
      expect(pathUnder(path, root)).toBe(way !== '..' && !way.startsWith('../'));
    }),
    { numRuns: 2000 },
  );
});
