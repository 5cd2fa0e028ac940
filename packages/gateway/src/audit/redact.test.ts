import type { Json } from '@lockstep/model/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactArguments } from './redact.ts';

const hidden = '[redacted]';
/** The value that must never be recorded. */
const secret = 'hunter2';

const names = [
  'token',
  'accessToken',
  'X-Auth-Token',
  'api_key',
  'apikey',
  'API-KEY',
  'password',
  'dbPassword',
  'passwd',
  'pwd',
  'client_secret',
  'Authorization',
  'set-cookie',
  'credentials',
  'private key',
  'AWS_SECRET_ACCESS_KEY',
  'passphrase',
];

describe('names that look secret', () => {
  it.each(names)('hide the value of %s', (name) => {
    expect(redactArguments({ [name]: secret, path: 'a' }, undefined, [])).toEqual({
      [name]: hidden,
      path: 'a',
    });
  });

  it('hide the whole value, wherever it is', () => {
    const args = {
      list: [{ deep: { token: { parts: [secret] } } }],
      headers: [{ name: 'Cookie', value: secret }],
    };
    expect(redactArguments(args, undefined, [])).toEqual({
      list: [{ deep: { token: hidden } }],
      headers: [{ name: 'Cookie', value: hidden }],
    });
  });

  it("don't include names that only resemble one", () => {
    const args = {
      max_tokens: 4096,
      author: 'ben',
      passed: true,
      path: '/etc/passwd',
      name: 'token',
      key: 'a',
    };
    expect(redactArguments(args, undefined, [])).toEqual(args);
  });

  it('never let a secret through, whatever surrounds it', () => {
    const around = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant(secret).map((text): Json => ({ token: text })),
        fc.constantFrom<Json>(null, 1, 'text'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(around, (args) => {
        expect(JSON.stringify(redactArguments(args, undefined, []))).not.toContain(secret);
      }),
    );
  });

  it('change nothing if no name looks secret', () => {
    const plain = fc.jsonValue().filter(
      (value) =>
        !/token|secret|pass|auth|key|cookie|cred|pwd|pw|dsn|pat|sid|sig|session|conn|jwt|otp|bearer|string|value/i.test(
          // Names are read without punctuation, so `O TP` counts too.
          JSON.stringify(value).replace(/[^\p{L}\p{N}]/gu, ''),
        ),
    );
    fc.assert(
      fc.property(plain, (args) => {
        expect(redactArguments(args as Json, undefined, [])).toEqual(args);
      }),
    );
  });
});

describe('pairs', () => {
  it.each([
    [
      { name: 'password', value: secret },
      { name: 'password', value: hidden },
    ],
    [
      { Name: 'X-Api-Key', Value: secret },
      { Name: 'X-Api-Key', Value: hidden },
    ],
    [
      { selector: '#password', text: secret },
      { selector: '#password', text: hidden },
    ],
    [
      { field: 'password', values: [secret] },
      { field: 'password', values: hidden },
    ],
    [[['X-Api-Key', secret]], [['X-Api-Key', hidden]]],
    [
      { name: 'title', value: 'x' },
      { name: 'title', value: 'x' },
    ],
    [
      { id: 'note', content: 'x' },
      { id: 'note', content: 'x' },
    ],
  ])('%j', (given, recorded) => {
    expect(redactArguments({ given }, undefined, [])).toEqual({ given: recorded });
  });

  it('hide a key that is a secret itself', () => {
    const key = ['ghp', 'a1B2'.repeat(9)].join('_');
    expect(redactArguments({ [key]: 1 }, undefined, [])).toEqual({ [hidden]: 1 });
  });
});

describe('secrets inside texts', () => {
  it('are hidden in place, whatever their names', () => {
    const key = ['sk', 'a1B2'.repeat(10)].join('-');
    const session = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJiZW4ifQ', 'a1B2c3'].join('.');
    const args = {
      url: `postgres://app:${secret}@db/shop`,
      dsn: `postgres://app:${secret}@db/shop`,
      pat: secret,
      key,
      session,
      list: [{ text: `Use ${key}, please.` }],
      command: `mysql --password=${secret} shop`,
    };
    expect(redactArguments(args, undefined, [])).toEqual({
      url: `postgres://app:${hidden}@db/shop`,
      dsn: hidden,
      pat: hidden,
      key: hidden,
      session: hidden,
      list: [{ text: `Use ${hidden}, please.` }],
      command: `mysql --password=${hidden} shop`,
    });
  });

  it('are not seen in references, digests and placeholders', () => {
    const args = {
      at: 'mcp/github#token',
      digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
      id: '31d4d96e-407a-4ad2-8e4c-0f7a3e3b6c11',
      header: 'Bearer ${TOKEN}',
      max_tokens: '4096',
    };
    expect(redactArguments(args, undefined, [])).toEqual(args);
  });
});

describe('pointers', () => {
  const args = { a: { 'b/c': secret, '~': secret }, list: [{ x: secret }, { x: secret }], kept: 1 };

  it('hide what they name', () => {
    expect(redactArguments(args, undefined, ['/a/b~1c', '/a/~0', '/list/1/x'])).toEqual({
      a: { 'b/c': hidden, '~': hidden },
      list: [{ x: secret }, { x: hidden }],
      kept: 1,
    });
  });

  it('match any key or item with *', () => {
    expect(redactArguments(args, undefined, ['/*/*'])).toEqual({
      a: { 'b/c': hidden, '~': hidden },
      list: [hidden, hidden],
      kept: 1,
    });
  });

  it('that lead nowhere hide nothing', () => {
    expect(redactArguments(args, undefined, ['/none', '/kept/deeper', '/list/7'])).toEqual(args);
  });
});

describe('what a schema marks as sensitive', () => {
  const mark = { type: 'string', format: 'password' };
  const cases: [string, object, Json, Json][] = [
    ['by format', { properties: { pin: mark } }, { pin: secret }, { pin: hidden }],
    ['by writeOnly', { properties: { pin: { writeOnly: true } } }, { pin: { a: secret } }, { pin: hidden }],
    ['in an array', { properties: { pins: { items: mark } } }, { pins: [secret] }, { pins: [hidden] }],
    [
      'in a tuple',
      { properties: { t: { prefixItems: [{}, mark] } } },
      { t: ['a', secret, 'b'] },
      { t: ['a', hidden, 'b'] },
    ],
    [
      'in an old tuple',
      { properties: { t: { items: [{}, mark], additionalItems: mark } } },
      { t: ['a', secret, secret] },
      { t: ['a', hidden, hidden] },
    ],
    [
      'by a reference',
      { $defs: { pin: mark }, properties: { p: { $ref: '#/$defs/pin' } } },
      { p: secret },
      { p: hidden },
    ],
    [
      'by an escaped reference',
      { $defs: { 'a/b %': mark }, properties: { p: { $ref: '#/$defs/a~1b%20%25' } } },
      { p: secret },
      { p: hidden },
    ],
    [
      'by an anchor',
      { $defs: { x: { $anchor: 'pin', ...mark } }, properties: { p: { $ref: '#pin' } } },
      { p: secret },
      { p: hidden },
    ],
    [
      'by an id',
      {
        $id: 'https://a.example/s',
        $defs: { x: { $id: 'https://a.example/pin', ...mark } },
        properties: { p: { $ref: 'pin' }, q: { $ref: 'https://a.example/pin' } },
      },
      { p: secret, q: secret },
      { p: hidden, q: hidden },
    ],
    [
      'in one branch of many',
      { properties: { p: { anyOf: [{ type: 'integer' }, { allOf: [{ if: {}, else: mark }] }] } } },
      { p: secret },
      { p: hidden },
    ],
    [
      'by a pattern',
      { patternProperties: { '^p': mark }, properties: { other: {} } },
      { p: secret, other: secret },
      { p: hidden, other: hidden },
    ],
    [
      'among other properties',
      { properties: { a: {} }, additionalProperties: mark },
      { a: 'shown', b: secret },
      { a: 'shown', b: hidden },
    ],
    [
      'in a schema that contains itself',
      {
        $defs: { node: { properties: { pin: mark, next: { $ref: '#/$defs/node' } } } },
        $ref: '#/$defs/node',
      },
      { next: { next: { pin: secret } } },
      { next: { next: { pin: hidden } } },
    ],
    ['as a whole', { writeOnly: true }, { a: 1 }, hidden],
  ];

  it.each(cases)('is hidden %s', (_name, schema, args, expected) => {
    expect(redactArguments(args, schema, [])).toEqual(expected);
  });

  it("does no harm if it doesn't make sense", () => {
    const schemas = [
      null,
      true,
      'x',
      [],
      { properties: [], items: 'x', allOf: {}, $ref: '#/nowhere', writeOnly: 'yes' },
    ];
    for (const schema of schemas) expect(redactArguments({ a: [1] }, schema, [])).toEqual({ a: [1] });
  });
});
