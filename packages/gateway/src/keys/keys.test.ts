import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@lockstep/testing/folder';
import { writeVolume } from '@lockstep/testing/kubelet-volume';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeys, openKeys, readPublicKeys } from './keys.ts';
import { readBridgeKey } from './root-key.ts';
import { retireSecret } from './secret-file.ts';
import { signatureMatches } from './signing-key.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());
const inFolder = (name: string) => join(folder.path, name);

describe('the folder of keys', () => {
  it('is filled once and only its owner can read it', async () => {
    const { publicKeyPem } = await openKeys(folder.path);
    for (const name of ['root.key', 'audit.key']) {
      expect((await stat(inFolder(name))).mode & 0o777, name).toBe(0o600);
    }
    expect((await readFile(inFolder('root.key'))).length).toBe(32);
    expect((await openKeys(folder.path)).publicKeyPem).toBe(publicKeyPem);
    expect((await readdir(folder.path)).toSorted()).toEqual(['audit.key', 'audit.pub.pem', 'root.key']);
  });

  it('gives the same keys to all that create it at the same time', async () => {
    const many = await Promise.all(Array.from({ length: 8 }, () => openKeys(folder.path)));
    expect(new Set(many.map(({ publicKeyPem }) => publicKeyPem)).size).toBe(1);
    expect(new Set(many.map((keys) => keys.mac('cookie', 'a'))).size).toBe(1);
  });

  it('is refused when everybody can read it', async () => {
    await openKeys(folder.path);
    await chmod(inFolder('root.key'), 0o644);
    await expect(openKeys(folder.path)).rejects.toThrow(
      /root\.key can be read by everybody \(mode 0644\); run `chmod 600 /,
    );
  });

  it('is refused when a key is damaged', async () => {
    await openKeys(folder.path);
    await writeFile(inFolder('root.key'), 'short');
    await expect(openKeys(folder.path)).rejects.toThrow(/root\.key holds 5 bytes, but a root key has 32/);
    await writeFile(inFolder('root.key'), Buffer.alloc(32));
    await writeFile(inFolder('audit.key'), 'no key');
    await expect(openKeys(folder.path)).rejects.toThrow(/audit\.key isn't an Ed25519 private key/);
  });
});

describe('sealed values', () => {
  it('open again, and reveal nothing about their content', async () => {
    const keys = await openKeys(folder.path);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = keys.seal('arguments', text);
        expect(keys.open('arguments', sealed)).toBe(text);
        expect(sealed).toMatch(/^[0-9a-f]{8}\.[\w-]{16}\.[\w-]{22,}$/);
      }),
      { numRuns: 50 },
    );
    expect(keys.seal('arguments', 'same')).not.toBe(keys.seal('arguments', 'same'));
  });

  it("don't open for another purpose, or after a change", async () => {
    const keys = await openKeys(folder.path);
    const sealed = keys.seal('arguments', 'the text');
    expect(() => keys.open('salt', sealed)).toThrow("can't be opened");
    const [id, nonce, body] = sealed.split('.') as [string, string, string];
    const flipped = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
    for (const altered of [
      `${id}.${flipped(nonce)}.${body}`,
      `${id}.${nonce}.${flipped(body)}`,
      `${id}.${nonce}.`,
      id,
      '',
    ]) {
      expect(() => keys.open('arguments', altered), altered).toThrow();
    }
  });
});

describe('keyed hashes', () => {
  it('match only their text and purpose', async () => {
    const keys = await openKeys(folder.path);
    const mac = keys.mac('cookie', 'a');
    expect(keys.mac('cookie', 'a')).toBe(mac);
    expect(keys.macMatches('cookie', 'a', mac)).toBe(true);
    expect(keys.macMatches('cookie', 'b', mac)).toBe(false);
    expect(keys.macMatches('binding', 'a', mac)).toBe(false);
    for (const wrong of ['', 'x', mac.slice(0, -1), `${mac}x`])
      expect(keys.macMatches('cookie', 'a', wrong)).toBe(false);
  });
});

describe('keys that are mounted', () => {
  const mount = async (mode: number) => {
    await createKeys(folder.path);
    const files = ['root.key', 'audit.key'].map(
      async (name) => [name, await readFile(inFolder(name))] as const,
    );
    await writeVolume(inFolder('mounted'), new Map(await Promise.all(files)), mode);
    return inFolder('mounted');
  };

  it('are read through links, with group access, and nothing is written beside them', async () => {
    const mounted = await mount(0o440);
    await mkdir(inFolder('state'));
    const before = await readdir(mounted);
    const keys = await openKeys(mounted, { create: false, publishTo: inFolder('state') });
    expect(await readdir(mounted)).toEqual(before);
    expect(await readPublicKeys(inFolder('state/audit.pub.pem'))).toEqual(keys.publicKeys);
  });

  it('are refused when everybody can read them', async () => {
    await expect(openKeys(await mount(0o444), { create: false })).rejects.toThrow(
      /root\.key can be read by everybody \(mode 0444\); run `chmod 600 .*`, or mount it with the defaultMode 0400\.$/,
    );
  });

  it('are never created', async () => {
    const missing = /key is missing; make the keys with `lockstep keys create` and mount them as a Secret\.$/;
    await expect(openKeys(folder.path, { create: false })).rejects.toThrow(missing);
    await openKeys(folder.path);
    await rm(inFolder('audit.key'));
    await expect(openKeys(folder.path, { create: false })).rejects.toThrow(missing);
    expect(await readdir(folder.path)).not.toContain('audit.key');
  });
});

describe('keys that are created for a cluster', () => {
  it('are usable and private, and come with their public half', async () => {
    expect(await createKeys(inFolder('new'))).toEqual(['root.key', 'audit.key', 'bridge.key']);
    const { publicKeys } = await openKeys(inFolder('new'), { create: false });
    expect(await readPublicKeys(inFolder('new/audit.pub.pem'))).toEqual(publicKeys);
    expect(await readBridgeKey(inFolder('new/bridge.key'))).toHaveLength(32);
    for (const name of ['root.key', 'audit.key', 'bridge.key']) {
      expect((await stat(inFolder(`new/${name}`))).mode & 0o777).toBe(0o600);
    }
  });

  it('never replace one', async () => {
    await writeFile(inFolder('bridge.key'), 'old', { mode: 0o600 });
    await expect(createKeys(folder.path)).rejects.toThrow(
      /bridge\.key exists already, and keys are never replaced/,
    );
    expect(await readdir(folder.path)).toEqual(['bridge.key']);
  });

  it('have a bridge key of 32 bytes, or none', async () => {
    expect(await readBridgeKey(inFolder('bridge.key'))).toBeUndefined();
    await writeFile(inFolder('bridge.key'), 'old', { mode: 0o600 });
    await expect(readBridgeKey(inFolder('bridge.key'))).rejects.toThrow(
      /bridge\.key holds 3 bytes, but a bridge key has 32/,
    );
  });
});

describe('changed keys', () => {
  it('still read everything that older ones made, and make new things with the current one', async () => {
    const old = await openKeys(folder.path);
    const sealed = old.seal('arguments', 'the text');
    const mac = old.mac('cookie', 'a');
    const signed = old.sign('signed');
    await retireSecret(inFolder('root.key'));
    await retireSecret(inFolder('audit.key'));
    await openKeys(folder.path);
    expect(await retireSecret(inFolder('root.key'))).toBe(inFolder('root.key.2'));

    const keys = await openKeys(folder.path);
    expect(keys.open('arguments', sealed)).toBe('the text');
    expect(keys.macMatches('cookie', 'a', mac)).toBe(true);
    expect(keys.mac('cookie', 'a')).not.toBe(mac);
    expect(keys.seal('arguments', 'x').split('.')[0]).not.toBe(sealed.split('.')[0]);
    expect(keys.publicKeyPem).not.toBe(old.publicKeyPem);
    expect(keys.publicKeys).toEqual([keys.publicKeyPem, old.publicKeyPem]);
    expect(signatureMatches(keys.publicKeys, 'signed', signed)).toBe(true);
    expect(signatureMatches([keys.publicKeyPem], 'signed', signed)).toBe(false);
    expect(await readPublicKeys(inFolder('audit.pub.pem'))).toEqual(keys.publicKeys);
  });

  it('name the missing key', async () => {
    const old = await openKeys(folder.path);
    const sealed = old.seal('arguments', 'the text');
    await rename(inFolder('root.key'), inFolder('lost'));
    const keys = await openKeys(folder.path);
    expect(() => keys.open('arguments', sealed)).toThrow(
      /^The key [0-9a-f]{8} that sealed this value is missing/,
    );
    expect(keys.macMatches('cookie', 'a', old.mac('cookie', 'a'))).toBe(false);
  });
});

describe('signatures', () => {
  it('are valid only for their text and key', async () => {
    const keys = await openKeys(folder.path);
    const signed = keys.sign('text');
    expect(signatureMatches(keys.publicKeys, 'text', signed)).toBe(true);
    expect(signatureMatches(keys.publicKeys, 'texts', signed)).toBe(false);
    expect(signatureMatches([], 'text', signed)).toBe(false);
  });

  it('need a public key to be checked', async () => {
    await expect(readPublicKeys(inFolder('none.pem'))).rejects.toThrow(/none\.pem holds no public key/);
  });
});
