import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, type Project, testServer } from './project.ts';
import { callWithText, post, type RawAnswer } from './raw.ts';
import type { Running } from './running.ts';

let project: Project;
let up: Running;

beforeAll(async () => {
  project = await makeProject({
    servers: { journal: testServer('journal.ts', ['${workdir}/journal.txt'], { isolation: 'shared' }) },
    environments: { staging: { profile: 'staging' } },
  });
  up = await project.up('staging');
});
afterAll(async () => {
  await up?.stop();
  await project?.remove();
});

function journal(): string {
  const path = join(up.state, 'work/journal.txt');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function writeNumber(argumentsText: string): Promise<RawAnswer> {
  return callWithText(`${up.url}/mcp/journal`, 'write_number', argumentsText);
}

describe('calls that differ only in what parsing loses', () => {
  it.each([
    ['a number that no double holds', '{"number":9007199254740993}'],
    [
      'a fraction that no double holds',
      '{"number":0.1000000000000000055511151231257827021181583404541015625001}',
    ],
    ['a number beyond all doubles', '{"number":1e400}'],
    ['a key twice', '{"number":1,"number":2}'],
    ['a key twice, once escaped', '{"number":1,"numbe\\u0072":2}'],
    ['a key twice, deep inside', '{"number":1,"x":[{"a":{"b":1,"b":2}}]}'],
    ['keys that differ only in case', '{"number":1,"Number":2}'],
    ['keys equal under Unicode case folding', '{"number":1,"straße":1,"STRASSE":2}'],
    ['half a surrogate pair', '{"number":1,"x":"\\ud800"}'],
    ['a NUL', '{"number":1,"x":"\\u0000"}'],
  ])('are refused: %s', async (_what, argumentsText) => {
    const before = journal();
    const { body } = await writeNumber(argumentsText);
    expect(body.result).toBeUndefined();
    expect(body.error.message).toMatch(/^[A-Z`].*\.$/);
    expect(journal()).toBe(before);
  });

  it('are made if parsing loses nothing', async () => {
    for (const [text, written] of [
      ['{"number":9007199254740992}', '9007199254740992'],
      ['{"number":1.0}', '1'],
      ['{"number":2.5e3}', '2500'],
    ] as const) {
      const { body } = await writeNumber(text);
      expect(body.result?.content?.[0]?.text, JSON.stringify(body)).toBe('written');
      expect(journal().trimEnd().split('\n').at(-1)).toBe(written);
    }
  });
});

describe('requests that parsers read differently', () => {
  const call =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write_line","arguments":{"line":"x"}}}';
  const headers = { 'mcp-method': 'tools/call', 'mcp-name': 'write_line' };

  it.each([
    ['an array of calls', `[${call}]`, headers, 400],
    ['not JSON', '{"jsonrpc":', headers, 400],
    ["a call without its era's envelope", call, headers, 400],
    ['a body in another type', call, { ...headers, 'content-type': 'text/plain' }, 415],
  ])('are refused: %s', async (_what, body, sent, status) => {
    const before = journal();
    const answer = await post(`${up.url}/mcp/journal`, body, sent);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(/\.$/);
    expect(journal()).toBe(before);
  });

  it('are refused: headers that name another tool than the body', async () => {
    const meta =
      '{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';
    const lying = call.replace('"arguments"', `"_meta":${meta},"arguments"`);
    const answer = await post(`${up.url}/mcp/journal`, lying, { ...headers, 'mcp-name': 'read_lines' });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: -32020 } } });
  });

  it.each([
    ['another host', { host: 'evil.example' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['an anonymous caller behind a proxy', { 'x-forwarded-for': '10.0.0.1' }, 401],
    ['an anonymous caller behind a proxy that uses the standard header', { forwarded: 'for=10.0.0.1' }, 401],
  ])('are refused: %s', async (_what, sent, status) => {
    const answer = await post(`${up.url}/mcp`, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', sent);
    expect(answer.status).toBe(status);
  });

  it('are refused: a wrong credential, which is no way to become the local user', async () => {
    const answer = await post(`${up.url}/mcp`, '{}', {}, 'lks_wrong');
    expect(answer.status).toBe(401);
  });
});
