import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeName, parseTarget, printTarget, splitName } from './names.ts';

const server = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);

test('splitting a composed name gives back its parts', () => {
  fc.assert(
    fc.property(server, fc.string(), (name, rest) => {
      expect(splitName(composeName(name, rest))).toEqual({ server: name, name: rest });
    }),
  );
  expect(splitName('read_file')).toBeUndefined();
  expect(splitName('__x')).toBeUndefined();
});

test('parsing a printed target gives it back', () => {
  const tool = fc.record({
    server,
    kind: fc.constant('tool' as const),
    name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/),
  });
  const other = fc.record({
    server,
    kind: fc.constantFrom('prompt' as const, 'resource' as const),
    name: fc.string(),
  });
  fc.assert(
    fc.property(fc.oneof(tool, other), (target) => {
      expect(parseTarget(printTarget(target))).toEqual(target);
    }),
  );
  expect([parseTarget('files'), parseTarget('files/'), parseTarget('/x')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
