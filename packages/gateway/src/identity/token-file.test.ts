import { expect, test } from 'vitest';
import { hashSecret } from './token.ts';
import { makeFileToken, parseTokenFile, readTokenFile } from './token-file.ts';

const wish = {
  subject: 'ci',
  owner: 'ada@example.com',
  roles: ['writer'],
  audience: 'mcp',
  expiresAt: '2030-01-01T00:00:00.000Z',
} as const;
const entry = { ...wish, sha256: 'a'.repeat(64) };
const parse = (value: unknown) => parseTokenFile('tokens.json', JSON.stringify(value));

test('an entry made for a file can be read from a file, and contains no secret', () => {
  const { token, entry: made } = makeFileToken({ ...wish, roles: [...wish.roles] });
  expect(JSON.stringify(made)).not.toContain(token);
  expect(parse([made])).toEqual([
    {
      id: made.id,
      hash: hashSecret(token),
      subject: 'ci',
      owner: 'ada@example.com',
      roles: '["writer"]',
      audience: 'mcp',
      expires_at: Date.parse(wish.expiresAt),
    },
  ]);
});

test('an entry without an id gets one from its hash', () => {
  expect(parse([entry])[0]?.id).toBe('file_aaaaaaaaaaaa');
  expect(parse([])).toEqual([]);
});

test.each<[string, unknown, string]>([
  ['no array', { tokens: [] }, 'tokens.json: must be a list'],
  ['a hash in capitals', [{ ...entry, sha256: 'A'.repeat(64) }], 'tokens.json[0].sha256: must be a SHA-256'],
  ['a secret', [{ ...entry, token: 'lks_x' }], 'tokens.json[0].token: unknown field'],
  ['no owner', [{ ...entry, owner: undefined }], 'tokens.json[0].owner: '],
  [
    'a day',
    [{ ...entry, expiresAt: '2030-01-01' }],
    'tokens.json[0].expiresAt: must be a date and time like',
  ],
  [
    'one id twice',
    [
      { ...entry, id: 'a' },
      { ...entry, id: 'a', sha256: 'b'.repeat(64) },
    ],
    'tokens.json[1].id: is there twice',
  ],
  ['one secret twice', [entry, { ...entry, id: 'b' }], 'tokens.json[1].sha256: is there twice'],
  [
    'a subject of two owners',
    [entry, { ...entry, owner: 'bob', sha256: 'b'.repeat(64) }],
    'tokens.json[1].owner: must be ada@example.com, who owns the subject',
  ],
])('%s is refused by its place', (_what, value, sentence) => {
  expect(() => parse(value)).toThrow(sentence);
});

test('a subject may have several tokens of its owner, however the owner is spelled', () => {
  expect(parse([entry, { ...entry, owner: ' Ada@Example.com', sha256: 'b'.repeat(64) }])).toHaveLength(2);
});

test('an error about a missing file, or one that is not JSON, names the file', async () => {
  expect(() => parseTokenFile('tokens.json', '[')).toThrow(/^tokens\.json: isn't JSON; write an array/);
  await expect(readTokenFile('/none/tokens.json')).rejects.toThrow(
    /^\/none\/tokens\.json: can't be read \(ENOENT\); make its entries with `lockstep token create --offline`/,
  );
});
