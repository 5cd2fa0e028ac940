import type { SecretDefinition, Secrets } from '@lockstep/model/internal';
import { eventually } from '@lockstep/testing/until';
import { describe, expect, it } from 'vitest';
import type { HeaderList } from '../protocol/mcp-headers.ts';
import { noLog } from '../testing/upstream/stage.ts';
import type { SecretAnswer, SecretSource } from './secret-source.ts';
import { createSecrets } from './secrets.ts';

const token: SecretDefinition = {
  reference: 'mcp/docs#token',
  delivery: 'header',
  template: 'Bearer ${secret}',
};
const declared: Secrets = { Authorization: token };

/** Credentials over a source that returns `answer`, or fails. */
function scene(options: { secrets?: () => Secrets; every?: number } = {}) {
  const state = { answer: { value: 'first' } as SecretAnswer | Error, reads: 0, now: 0 };
  const warnings: { fields: Record<string, unknown>; message: string }[] = [];
  const hidden: string[] = [];
  const source: SecretSource = {
    every: options.every ?? 3600,
    async read(_, references) {
      state.reads += 1;
      const { answer } = state;
      if (answer instanceof Error) throw answer;
      return new Map(references.map((reference) => [reference, answer]));
    },
  };
  const store = createSecrets({
    source,
    log: { ...noLog, warn: (fields, message) => warnings.push({ fields, message }) },
    clock: () => state.now * 1000,
  });
  const credentials = store.open('docs', options.secrets ?? (() => declared), (values) =>
    hidden.push(...values),
  );
  return {
    ...{ state, store, credentials, warnings, hidden },
    headers: async () => (await credentials.headers()) as HeaderList,
    [Symbol.dispose]: () => credentials.close(),
  };
}

describe('credentials', () => {
  it('are read before the first request, once for all that wait, and then kept', async () => {
    using docs = scene();
    const all = await Promise.all([docs.headers(), docs.headers(), docs.headers()]);
    expect(all).toEqual([1, 2, 3].map(() => ['Authorization', 'Bearer first']));
    expect(docs.credentials.headers()).not.toBeInstanceOf(Promise);
    expect(docs.state.reads).toBe(1);
    expect(docs.hidden).toEqual(['first', 'Bearer first']);
    expect(docs.store.status()).toEqual([{ server: 'docs', age: 0, errors: 0 }]);
  });

  it('follow changes to what is stored', async () => {
    using docs = scene({ every: 0.01 });
    await docs.headers();
    docs.state.answer = { value: 'second' };
    await eventually(async () => (await docs.headers())[1] === 'Bearer second');
  });

  it('stay in use for an hour while their source is away, with warnings, and come back', async () => {
    using docs = scene({ every: 0.01 });
    await docs.headers();
    docs.state.answer = new Error('Vault at http://v is sealed');
    docs.state.now = 3599;
    await eventually(() => docs.warnings.length > 0);
    expect(docs.warnings[0]).toEqual({
      fields: { server: 'docs', reason: 'Vault at http://v is sealed', ageSeconds: 3599 },
      message: "secrets can't be refreshed; the last ones stay in use",
    });
    expect(await docs.headers()).toEqual(['Authorization', 'Bearer first']);
    expect(docs.store.status()[0]).toMatchObject({ age: 3599 });
    expect(docs.store.status()[0]?.errors).toBeGreaterThan(0);
    docs.state.now = 3600;
    await expect(docs.headers()).rejects.toMatchObject({
      code: 'unavailable',
      sent: false,
      message: 'Vault at http://v is sealed',
    });
    docs.state.answer = { value: 'second' };
    await eventually(async () => (await docs.headers().catch(() => [])).length > 0);
    expect(await docs.headers()).toEqual(['Authorization', 'Bearer second']);
  });

  it('end with their own lease', async () => {
    using docs = scene();
    docs.state.answer = { value: 'short', lease: 30 };
    await docs.headers();
    docs.state.answer = new Error('away');
    docs.state.now = 29;
    expect(await docs.headers()).toEqual(['Authorization', 'Bearer short']);
    docs.state.now = 30;
    await expect(docs.headers()).rejects.toThrow('away');
  });

  it('are given up as soon as their source says that they are gone', async () => {
    using docs = scene({ every: 0.01 });
    await docs.headers();
    docs.state.answer = { missing: 'Vault at http://v has nothing at mcp/data/docs; write it there' };
    await eventually(() => docs.warnings.length > 0);
    await expect(docs.headers()).rejects.toMatchObject({
      sent: false,
      message: expect.stringContaining('has nothing'),
    });
  });

  it('are not requested again by every call after a failure', async () => {
    using docs = scene();
    docs.state.answer = new Error('away');
    for (let index = 0; index < 5; index += 1) await expect(docs.headers()).rejects.toThrow('away');
    expect(docs.state.reads).toBe(1);
    docs.state.now = 6;
    await expect(docs.headers()).rejects.toThrow('away');
    expect(docs.state.reads).toBe(2);
  });

  it.each([
    ['a\r\nX-Other: b', 'contains a line break'],
    ['a\0b-secret', 'has characters that no header may'],
    ['snow ☃ man', 'has characters that no header may'],
    ['', 'is empty'],
  ])('that no header can hold are refused without being quoted (%#)', async (value, words) => {
    using docs = scene();
    docs.state.answer = { value };
    const error: unknown = await docs.headers().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining(`the secret mcp/docs#token ${words}`) });
    if (value !== '') expect(String(error)).not.toContain(value);
  });

  it('follow a changed definition, and are absent if none are declared', async () => {
    let secrets = declared;
    using docs = scene({ secrets: () => secrets });
    expect(await docs.headers()).toEqual(['Authorization', 'Bearer first']);
    secrets = { 'X-Key': { reference: 'mcp/docs#key', delivery: 'header' } };
    expect(await docs.headers()).toEqual(['X-Key', 'first']);
    secrets = {};
    expect(docs.credentials.headers()).toEqual([]);
    expect(docs.store.status()).toEqual([]);
  });
});
