import { expect, test } from 'vitest';
import { digestOf } from '../canonical.ts';
import { definitionDigest } from './definition.ts';

const time = (zone: string) => ({
  name: 'a/b',
  inputSchema: { properties: { zone: { default: zone, type: 'string' } }, examples: [zone, 'UTC'] },
});

test('without pointers it is the digest of the whole definition, including unknown fields', () => {
  expect(definitionDigest(time('CET'), 'tools', 'a/b', [])).toBe(digestOf(time('CET')));
  expect(definitionDigest({ ...time('CET'), odd: 1 }, 'tools', 'a/b', [])).not.toBe(digestOf(time('CET')));
});

test("values at reviewed pointers don't count, but all others do", () => {
  const ignore = ['/tools/a~1b/inputSchema/properties/zone/default', '/tools/a~1b/inputSchema/examples/0'];
  const digest = (zone: string) => definitionDigest(time(zone), 'tools', 'a/b', ignore);
  expect(digest('CET')).toBe(digest('PST'));
  const changed = { ...time('CET'), name: 'other' };
  expect(definitionDigest(changed, 'tools', 'a/b', ignore)).not.toBe(digest('CET'));
});

test('a pointer applies to one definition only', () => {
  const ignore = ['/tools/same/inputSchema', '/prompts/a~1b/inputSchema', '/tools/a~1bc/inputSchema'];
  expect(definitionDigest(time('CET'), 'tools', 'a/b', ignore)).toBe(digestOf(time('CET')));
});

test('pointers to nothing change nothing', () => {
  const ignore = ['/tools/a~1b/inputSchema/nothing/here', '/tools/a~1b/constructor', '/tools/a~1b/name/0'];
  expect(definitionDigest(time('CET'), 'tools', 'a/b', ignore)).toBe(digestOf(time('CET')));
});
