import { defineServers } from '@lockstep/model';
import { expect, test } from 'vitest';
import { writtenSecrets } from './written-secrets.ts';

const key = ['sk', 'a1B2'.repeat(10)].join('-');

test('finds what is like a secret in arguments, variables, URLs and templates, and tells no value', () => {
  const servers = defineServers({
    db: {
      run: {
        command: 'db',
        args: [
          '--url',
          'postgres://app:hunter2@db/shop',
          '--api-key=abc',
          '--token',
          'abc',
          key,
          '--verbose',
        ],
        env: { DB_PASSWORD: 'hunter2', LOG_LEVEL: 'debug', NOTE: `use ${key}` },
      },
    },
    docs: {
      remote: { url: 'https://docs.example.com/mcp?api_key=abc' },
      secrets: {
        'X-Key': { reference: 'mcp/docs#key', delivery: 'header', template: `${key} \${secret}` },
      },
    },
  });
  const found = writtenSecrets(servers);
  expect(found.map(({ path }) => path)).toEqual([
    'servers.db.run.args[1]',
    'servers.db.run.args[2]',
    'servers.db.run.args[4]',
    'servers.db.run.args[5]',
    'servers.db.run.env.DB_PASSWORD',
    'servers.db.run.env.NOTE',
    'servers.docs.remote.url',
    'servers.docs.secrets.X-Key.template',
  ]);
  expect(JSON.stringify(found)).not.toMatch(/hunter2|abc|a1B2/);
});

test('takes references and placeholders for what they are', () => {
  const servers = defineServers({
    tickets: {
      run: {
        command: 'tickets',
        args: ['--key=${secret:KEY}', '--token', '${secret:TOKEN}', '--token', '--verbose', '${workdir}'],
        env: { TOKEN_FILE: '${secret:TOKEN}', MAX_TOKENS: '4096', AUTHOR: 'Agent', API_KEY: '' },
      },
      secrets: {
        KEY: { reference: 'mcp/tickets#key', delivery: 'file' },
        TOKEN: { reference: 'mcp/tickets#token', delivery: 'file' },
      },
    },
    docs: {
      remote: { url: 'https://docs.example.com/mcp' },
      secrets: {
        Authorization: { reference: 'mcp/docs#token', delivery: 'header', template: 'Bearer ${secret}' },
      },
    },
  });
  expect(writtenSecrets(servers)).toEqual([]);
});
