// Today's code reads what a release left behind: its lock, its bundle, its state folder and its audit.
//
// Each folder of `fixtures` was made by the release in its name, and is never changed. At a release, make the next one:
// copy `servers` and `stacks` of the last into `fixtures/<version>`, and run
// `node --conditions=lockstep-source test/upgrade/make-fixture.ts <version>`. Add new kinds of events there too.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFolder, openKeys, openStopped, verifyExport, verifySource } from '@lockstep/gateway';
import { definitionDigest, loadBundle, makeBundle, parseLock } from '@lockstep/model/internal';
import { parseHead, printHead, printPlace } from '@lockstep/model/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../end-to-end/clients.ts';
import type { AdminAnswer, Running } from '../end-to-end/running.ts';
import { type Expected, environment, fixtures, openScene, readExpected, type Scene } from './scene.ts';

describe.each(readdirSync(fixtures))('what %s left', (version) => {
  let expected: Expected;
  let scene: Scene;
  beforeAll(async () => {
    expected = await readExpected(version);
    scene = await openScene(version);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  async function linesOf(path: string): Promise<string[]> {
    return (await readFile(path, 'utf8')).trimEnd().split('\n');
  }

  async function verifyStopped() {
    const dataDir = join(scene.state, 'data');
    const { publicKeys } = await openKeys(join(scene.state, 'keys'), { create: false });
    const stopped = openStopped(dataDir);
    try {
      return await verifySource(stopped, { dataDir, publicKeys, expectHead: parseHead(expected.head) });
    } finally {
      stopped.close();
    }
  }

  describe('before a gateway starts on it', () => {
    it('the lock parses, and its definitions have their digests', async () => {
      const lock = parseLock(
        JSON.parse(await readFile(join(scene.folder, 'stacks/tools.lock.json'), 'utf8')),
      );
      const releases = Object.values(lock.servers).flatMap((server) => Object.values(server.releases));
      const tools = releases.flatMap(({ ignore, tools }) =>
        Object.entries(tools).map(([name, tool]) => ({ name, tool, ignore })),
      );
      expect(tools).toHaveLength(5);
      for (const { name, tool, ignore } of tools)
        expect(definitionDigest(tool.definition, 'tools', name, ignore), name).toBe(tool.digest);
    });

    it('the bundle loads, and is the same when it is made again', async () => {
      const { files } = await bundleFolder(join(scene.state, 'bundle')).read();
      expect(loadBundle(files).digest).toBe(expected.bundle);
      const program = await import(join(fixtures, version, 'stacks/environments.ts'));
      const made = makeBundle(program.environments[environment]);
      expect(made.digest).toBe(expected.bundle);
      expect(Object.fromEntries(made.files)).toEqual(Object.fromEntries(files));
    });

    it('the audit verifies, and names the call that was in progress', async () => {
      const found = await verifyStopped();
      expect(found).toMatchObject({
        ok: true,
        problems: [],
        records: expected.records,
        unsigned: expected.unsigned,
      });
      expect(found.openIntents).toEqual([expected.openIntent]);
      expect(found.heads.map(printHead)).toEqual([expected.head]);
    });

    it('the export verifies', async () => {
      const { publicKeys } = await openKeys(join(scene.state, 'keys'), { create: false });
      const found = await verifyExport(await linesOf(join(scene.folder, 'export.jsonl')), publicKeys);
      expect(found).toMatchObject({ ok: true, problems: [], records: expected.exported });
    });
  });

  describe('in a gateway that starts on it', () => {
    let up: Running;
    beforeAll(async () => {
      up = await scene.up(new Date(Date.parse(expected.madeAt) + 60_000).toISOString());
    });

    async function search(query: Record<string, string>) {
      const path = `/audit/search?${new URLSearchParams(query)}`;
      const { status, body } = await up.admin('GET', path, undefined, expected.tokens.auditor);
      expect(status, JSON.stringify(body)).toBe(200);
      // biome-ignore lint/suspicious/noExplicitAny: tests read any part of a record
      return body.records as { place: string; hash: string; salt: string | null; record: any }[];
    }

    function look(id: string, token: string): Promise<AdminAnswer> {
      return up.admin('GET', `/approvals/${id}`, undefined, token);
    }

    it('the bundle is in force', async () => {
      expect((await up.admin('GET', '/status')).body).toMatchObject({
        bundle: expected.bundle,
        approvalsWaiting: 1,
        servers: [{ server: 'notes', tools: 5, quarantined: 0 }],
      });
    });

    it('the audit continues and verifies', async () => {
      const { status, body } = await up.admin('GET', `/audit/verify?expectHead=${expected.head}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ ok: true, problems: [], openIntents: [] });
      expect(body.records).toBeGreaterThan(expected.records);
    });

    it('the call that was in progress has an unknown outcome', async () => {
      const [latest, before] = await search({ kind: 'outcome', tool: 'notes/hold' });
      expect(latest?.record).toMatchObject({ outcome: 'unknown', environment });
      expect(printPlace(latest?.record.intent)).toBe(expected.openIntent);
      // The call of an earlier kill was closed back then.
      expect(before?.record).toMatchObject({ outcome: 'unknown' });
      expect(before?.record.intent.epoch).toBe(latest?.record.intent.epoch - 1);
    });

    it('records are found by search', async () => {
      const { id } = expected.approvals.used;
      const about = await search({ approval: id });
      const kinds = about.map(({ record }) => record.kind);
      expect(kinds.filter((kind) => kind === 'approval.verdict')).toHaveLength(2);
      expect(kinds).toEqual(
        expect.arrayContaining(['approval.requested', 'intent', 'approval.used', 'outcome']),
      );
      expect(await search({ principal: 'alice@example.com', tool: 'notes/read_*' })).toHaveLength(3);
      const [refused] = await search({ decision: 'deny' });
      expect(refused?.record).toMatchObject({ target: 'notes/erase_notes', outcome: 'refused' });
      for (const kind of ['quarantine', 'token.revoked', 'gateway.stopped', 'approval.closed'])
        expect(await search({ kind }), kind).toHaveLength(1);
    });

    it('the salt of a commitment opens', async () => {
      const found = await search({ kind: 'intent', approval: expected.approvals.used.id });
      expect(found).toMatchObject([expected.salted]);
    });

    it('all tokens except the revoked one sign in', async () => {
      const agent = await connect('legacy', `${up.url}/mcp`, expected.tokens.agent);
      expect(await agent.call('notes__read_notes')).toMatchObject({
        isError: false,
        text: `${expected.approvals.used.text}\n`,
      });
      await agent.close();
      await expect(connect('legacy', `${up.url}/mcp`, expected.tokens.revoked)).rejects.toThrow();
    });

    it('closed approvals are in their states', async () => {
      const { used, void: quarantined } = expected.approvals;
      expect((await look(used.id, expected.tokens.bob)).body).toMatchObject({
        state: 'used',
        usedBy: { hash: expected.salted.hash },
      });
      expect((await look(quarantined.id, expected.tokens.bob)).body).toMatchObject({ state: 'void' });
      const agent = await connect('modern', `${up.url}/mcp`, expected.tokens.agent);
      const repeated = await agent.call('notes__write_note', { text: used.text });
      await agent.close();
      expect(repeated.text).toContain(`audit record ${expected.salted.place}`);
    });

    it('the waiting approval is shown, decided and used', async () => {
      const { id, text } = expected.approvals.pending;
      const { body: shown } = await look(id, expected.tokens.carol);
      expect(shown).toMatchObject({ state: 'pending', have: 1, arguments: { text }, mayNotDecide: null });
      expect(shown.verdicts).toMatchObject([{ owner: 'bob@example.com', note: 'Fine with me.' }]);
      const agent = await connect('modern', `${up.url}/mcp`, expected.tokens.agent);
      const waits = await agent.call('notes__write_note', { text });
      expect(waits.decision.approval.id, 'the same call has the same approval').toBe(id);
      const verdict = { verdict: 'approve', seen: shown.seen };
      const given = await up.admin('POST', `/approvals/${id}/verdict`, verdict, expected.tokens.carol);
      expect(given.body).toMatchObject({ state: 'approved', have: 2 });
      expect(await agent.call('notes__write_note', { text })).toMatchObject({
        isError: false,
        text: 'written',
      });
      await agent.close();
      expect(await linesOf(join(scene.state, 'work/notes.txt'))).toContain(text);
    });

    it('the audit verifies once the gateway has stopped, and so does a full export', async () => {
      const exported = await scene.lockstep(['audit', 'export', '--out', 'whole.jsonl']);
      expect(exported.code, exported.stderr).toBe(0);
      const { publicKeys } = await openKeys(join(scene.state, 'keys'), { create: false });
      const whole = await verifyExport(await linesOf(join(scene.folder, 'whole.jsonl')), publicKeys);
      expect(whole).toMatchObject({ ok: true, problems: [] });
      expect(whole.records).toBeGreaterThan(expected.records);
      expect(await up.stop()).toBe(0);
      // The new epoch is signed completely.
      const { unsigned } = expected;
      expect(await verifyStopped()).toMatchObject({ ok: true, problems: [], openIntents: [], unsigned });
    });
  });
});
