import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localSecrets } from './local-secrets.ts';

const reference = 'mcp/github#token';
const variable = 'LOCKSTEP_SECRET_MCP_GITHUB_TOKEN';
const shown = join('dev', 'secrets', 'mcp', 'github', 'token');
let cwd: string;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-secrets-')));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(environment: string, text: string, mode = 0o600): string {
  const path = join(cwd, environment, 'secrets', 'mcp', 'github', 'token');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const of = (
  environments: string[],
  env: Record<string, string> = {},
  vault?: Parameters<typeof localSecrets>[0]['vault'],
) => localSecrets({ folders: environments.map((name) => join(cwd, name, 'secrets')), env, cwd, vault });

const read = async (secrets: ReturnType<typeof of>) =>
  (await secrets.read('github', [reference])).get(reference);

test('a file goes before a variable, is read anew, and loses the line break that editors end it with', async () => {
  const secrets = of(['dev'], { [variable]: 'from the variable' });
  expect(await read(secrets)).toEqual({ value: 'from the variable' });
  write('dev', 'first\n');
  expect(await read(secrets)).toEqual({ value: 'first' });
  write('dev', 'second\r\n');
  expect(await read(secrets)).toEqual({ value: 'second' });
});

test('of several folders the first that has it counts', async () => {
  write('prod', 'of prod');
  expect(await read(of(['dev', 'prod']))).toEqual({ value: 'of prod' });
  write('dev', 'of dev');
  expect(await read(of(['dev', 'prod']))).toEqual({ value: 'of dev' });
});

test("what isn't here is said with where to put it", async () => {
  expect(await read(of(['dev'], { [variable]: '' }))).toEqual({
    missing: `the secret ${reference} isn't here; write it to ${shown} with mode 0600 or set ${variable}`,
  });
  expect(await of(['dev']).file(reference)).toEqual({
    missing: `the secret ${reference} isn't here as a file; write it to ${shown} with mode 0600`,
  });
});

test.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o604])(
  'a file of mode %o is refused',
  async (mode) => {
    write('dev', 'a-planted-value', mode);
    const octal = mode.toString(8).padStart(4, '0');
    const missing = `${shown} is open to others (mode ${octal}); run \`chmod 600 ${shown}\``;
    const secrets = of(['dev'], { [variable]: 'not this one either' });
    expect(await read(secrets)).toEqual({ missing });
    expect(await secrets.file(reference)).toEqual({ missing });
  },
);

test('an empty file and a folder are told apart from secrets', async () => {
  const path = write('dev', '\n');
  expect(await read(of(['dev']))).toEqual({ missing: `${shown} is empty; write the secret into it` });
  rmSync(path);
  mkdirSync(path, { mode: 0o700 });
  expect(await read(of(['dev']))).toEqual({
    missing: `${shown} can't be read (EISDIR); see that it is a file of yours`,
  });
});

test("Vault is asked last, for what isn't here", async () => {
  const asked: (readonly string[])[] = [];
  const vault = {
    read: async (_: string, references: readonly string[]) => {
      asked.push(references);
      return new Map(references.map((one) => [one, { value: 'of Vault' }]));
    },
  };
  write('dev', 'of the file');
  const secrets = of(['dev'], {}, vault);
  expect(await secrets.read('github', [reference, 'mcp/other#token'])).toEqual(
    new Map([
      [reference, { value: 'of the file' }],
      ['mcp/other#token', { value: 'of Vault' }],
    ]),
  );
  expect(asked).toEqual([['mcp/other#token']]);
});
