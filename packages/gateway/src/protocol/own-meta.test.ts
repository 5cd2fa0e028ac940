import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact } from '../protocol/exact-json.ts';
import { withoutOwnKeys, withoutOwnMeta } from './own-meta.ts';

const spellings = ['lockstep/decision', 'LOCKSTEP/x', 'Lockstep/', 'loc\u212Astep/x', 'lock\u017Ftep/x'];

describe('keys of the gateway', () => {
  it.each(spellings)('are dropped when spelled %s', (key) => {
    expect(withoutOwnMeta({ _meta: { [key]: 1, other: 2 } })).toEqual({ _meta: { other: 2 } });
    expect(withoutOwnKeys({ [key]: 1, other: 2 })).toEqual({ other: 2 });
  });

  it('are dropped from every `_meta`, at any depth', () => {
    const meta = { _meta: { 'lockstep/decision': {}, kept: { _meta: { 'lockstep/a': 1 } } } };
    expect(withoutOwnMeta({ content: [{ resource: { uri: 'x', ...meta } }, 'lockstep/decision'] })).toEqual({
      content: [{ resource: { uri: 'x', _meta: { kept: { _meta: {} } } } }, 'lockstep/decision'],
    });
  });

  it('leave everything else unchanged, even numbers beyond a double', () => {
    const result = parseExact('{"n":9007199254740993,"_meta":{"lockstep/a":1},"text":"lockstep/decision"}');
    expect(JSON.stringify(withoutOwnMeta(result))).toBe(
      '{"n":9007199254740993,"_meta":{},"text":"lockstep/decision"}',
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => Object.is(withoutOwnMeta(value), value)));
  });
});
