import { sha256 } from '@lockstep/model/internal';
import { temporaryFolder } from '@lockstep/testing/folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keys, openKeys } from '../keys/keys.ts';
import { appendAll } from '../ledger/store-port.ts';
import { openStopped, type StoppedAudit } from '../store/open-store.ts';
import { callRecord, collect, openFolder } from '../testing/store.ts';
import { exportAudit } from './export.ts';
import { verifyExport } from './verify-export.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let keys: Keys;
let audit: StoppedAudit;
let lines: string[];

const minute = (at: number) => Date.UTC(2026, 0, 1, 0, at);

beforeAll(async () => {
  folder = await temporaryFolder();
  keys = await openKeys(folder.path);
  for (const epoch of [0, 1]) {
    const store = await openFolder(folder.path);
    // More than one page.
    const records = Array.from({ length: 250 }, (_, at) =>
      callRecord({
        time: new Date(minute(epoch * 250 + at)).toISOString(),
        arguments: { at: epoch * 250 + at },
      }),
    );
    await store.transact(appendAll, records);
    await store.close();
  }
  audit = openStopped(folder.path);
  lines = await exported();
});
afterAll(async () => {
  audit?.close();
  await folder[Symbol.asyncDispose]();
});

const exported = (range: { from?: number; to?: number } = {}) =>
  collect(exportAudit(audit, { environment: 'test', sign: keys.sign, ...range }));
const verify = (changed: string[]) => verifyExport(changed, keys.publicKeys);

describe('an export', () => {
  it('contains every record as stored, and a manifest that proves it', async () => {
    expect(lines).toHaveLength(2 * 252 + 1);
    const found = await verify(lines);
    expect(found).toMatchObject({ ok: true, problems: [], records: 504 });
    const [writer] = found.manifest?.segments ?? [];
    expect(found.manifest).toMatchObject({
      environment: 'test',
      from: null,
      segments: [
        { epoch: 1, first: 1, last: 252, prev: null, hash: sha256(String(lines[251])) },
        { writer: writer?.writer, epoch: 2, first: 1, last: 252, prev: sha256(String(lines[251])) },
      ],
    });
  });

  it('of a period contains what happened in it, with whole chains', async () => {
    const part = await exported({ from: minute(240), to: minute(260) });
    const numbers = part
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === 'call')
      .map((call) => call.arguments.at);
    expect(numbers).toEqual(Array.from({ length: 21 }, (_, at) => 240 + at));
    expect(await verify(part)).toMatchObject({
      ok: true,
      manifest: {
        from: new Date(minute(240)).toISOString(),
        segments: [
          { epoch: 1, first: 242, last: 251 },
          { epoch: 2, first: 2, last: 12 },
        ],
      },
    });
  });

  it('of a period without records is empty and signed', async () => {
    const empty = await exported({ to: 0 });
    expect(await verify(empty)).toMatchObject({ ok: true, records: 0, manifest: { segments: [] } });
  });
});

describe('a changed export', () => {
  it('is found: a line is changed, removed, repeated or moved, at any place', async () => {
    for (const at of [0, 1, 100, 251, 252, 503]) {
      const line = String(lines[at]);
      const changes = {
        changed: lines.with(at, line.replace('"environment":"test"', '"environment":"tesd"')),
        removed: lines.toSpliced(at, 1),
        repeated: lines.toSpliced(at, 0, line),
        moved: lines.toSpliced(at, 1).toSpliced(300, 0, line),
        nonsense: lines.with(at, 'nonsense'),
      };
      for (const [name, changed] of Object.entries(changes)) {
        expect((await verify(changed)).ok, `${name} at ${at}`).toBe(false);
      }
    }
  });

  it("names the first record that doesn't follow", async () => {
    const { problems } = await verify(lines.toSpliced(100, 1));
    expect(problems[0]?.place).toMatch(/:1:102$/);
  });

  it('is found if its end is missing or the manifest has another signer', async () => {
    expect((await verify(lines.slice(0, -1))).problems.at(-1)?.message).toContain("isn't a manifest");
    expect((await verify([])).ok).toBe(false);
    await using other = await temporaryFolder();
    const forger = await openKeys(other.path);
    const forged = await collect(exportAudit(audit, { environment: 'test', sign: forger.sign }));
    expect((await verify(forged)).problems.at(-1)?.message).toContain("isn't signed by a trusted key");
    expect(
      (await verify(lines.with(-1, String(lines.at(-1)).replace('"records":504', '"records":503')))).ok,
    ).toBe(false);
  });
});
