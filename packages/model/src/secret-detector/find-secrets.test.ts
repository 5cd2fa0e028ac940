import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankSecrets, findSecrets } from './find-secrets.ts';

/** Made-up values, assembled here so that no scanner reports this file as a leak. */
const join = (...parts: string[]) => parts.join('');
const mixed = (length: number) => 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9b'.repeat(6).slice(0, length);
const hex = (length: number) => '0123456789abcdef'.repeat(8).slice(0, length);
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const jwt = join(base64url('{"alg":"HS256"}'), '.', base64url('{"sub":"ben"}'), '.', mixed(43));
const pem = (kind: string) => join('-----BEGIN ', kind, 'PRIVATE KEY-----\n', mixed(64), '\n', 'AA==\n');
const pemEnd = (kind: string) => join('-----END ', kind, 'PRIVATE KEY-----');

/** Texts that are secret as a whole. */
const tokens: [string, string][] = [
  ['GitHub, personal', join('ghp', '_', mixed(36))],
  ['GitHub, OAuth', join('gho', '_', mixed(36))],
  ['GitHub, server', join('ghs', '_', mixed(36))],
  ['GitHub, fine-grained', join('github', '_pat_', mixed(22), '_', mixed(59))],
  ['GitLab', join('gl', 'pat-', mixed(20))],
  ['GitLab, deploy', join('gl', 'dt-', mixed(20))],
  ['OpenAI', join('sk', '-', mixed(48))],
  ['OpenAI, project', join('sk', '-proj-', mixed(40), '_', mixed(12))],
  ['Anthropic', join('sk', '-ant-api03-', mixed(60), '-', mixed(10))],
  ['OpenRouter', join('sk', '-or-v1-', hex(64))],
  ['Stripe', join('sk', '_live_', mixed(24))],
  ['Stripe, restricted', join('rk', '_test_', mixed(24))],
  ['Stripe, webhook', join('wh', 'sec_', mixed(32))],
  ['Slack, bot', join('xo', 'xb-', '1234567890-1234567890-', mixed(24))],
  ['Slack, app', join('xa', 'pp-1-A0123-', hex(40))],
  ['AWS', join('AK', 'IA', 'ABCDEFGH23456789')],
  ['AWS, temporary', join('AS', 'IA', 'ABCDEFGH23456789')],
  ['Google, API', join('AI', 'za', mixed(35))],
  ['Google, OAuth', join('ya', '29.', mixed(60))],
  ['Google, client', join('GOC', 'SPX-', mixed(28))],
  ['npm', join('np', 'm_', mixed(36))],
  ['PyPI', join('py', 'pi-AgEIcHlwaS5vcmc', mixed(80))],
  ['Lockstep', join('lk', 's_', mixed(43))],
  ['Vault', join('hv', 's.', mixed(90))],
  ['Vault, batch', join('hv', 'b.', mixed(90))],
  ['Vault before 1.10', join('s', '.', mixed(24))],
  ['Hugging Face', join('h', 'f_', mixed(34))],
  ['DigitalOcean', join('do', 'p_v1_', hex(64))],
  ['Databricks', join('da', 'pi', hex(32))],
  ['SendGrid', join('S', 'G.', mixed(22), '.', mixed(43))],
  ['Shopify', join('sh', 'pat_', hex(32))],
  ['Linear', join('lin', '_api_', mixed(40))],
  ['Notion', join('nt', 'n_', mixed(46))],
  ['Figma', join('fi', 'gd_', mixed(40))],
  ['Atlassian', join('AT', 'ATT3', mixed(60))],
  ['Groq', join('gs', 'k_', mixed(52))],
  ['Grafana', join('gl', 'sa_', mixed(32), '_', hex(8))],
  ['Pulumi', join('pu', 'l-', hex(40))],
  ['Doppler', join('dp', '.pt.', mixed(43))],
  ['age', join('AGE-SECRET', '-KEY-1', 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58))],
  ['Telegram', join('123456789', ':AA', mixed(33))],
  ['a JSON web token', jwt],
  ['a JSON web token that was cut off', jwt.slice(0, 40)],
  ['a private key', `${pem('')}${pemEnd('')}`],
  ['an RSA key', `${pem('RSA ')}${pemEnd('RSA ')}`],
  ['an SSH key', `${pem('OPENSSH ')}${pemEnd('OPENSSH ')}`],
  ['an encrypted key', `${pem('ENCRYPTED ')}${pemEnd('ENCRYPTED ')}`],
  ['a key with escaped lines', `${pem('EC ')}${pemEnd('EC ')}`.replaceAll('\n', '\\n')],
];

/** Texts that contain a secret, between the marks. */
const texts: [string, string][] = [
  ['a URL with a password', 'postgres://app:«hunter2»@db.example.com:5432/shop'],
  ['a URL with only a password', 'redis://:«hunter2»@cache:6379/0'],
  ['a password with an @', 'mongodb+srv://app:«p@ss»@cluster.example.com/x?retryWrites=true'],
  ['a URL inside a sentence', 'cannot connect to amqp://guest:«guest1»@mq/ (refused)'],
  ['two URLs', 'http://a:«b»@c https://d:«e»@f'],
  ['a query', 'https://example.com/v1?api_key=«abc»&page=2'],
  ['a query, camel case', 'https://example.com/v1?page=2&accessToken=«abc123»'],
  ['a signed URL', `https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=«${hex(64)}»`],
  ['a shared access signature', 'https://a.blob.core.windows.net/c?sv=2022-11-02&sig=«aB3dE5gH7jK9%3D»'],
  ['a Google key in a query', `https://maps.example.com/?key=«${mixed(39)}»&q=x`],
  ['a header', `Authorization: Bearer «${mixed(30)}»`],
  ['a scheme in a sentence', `the call with bearer «${mixed(20)}» was refused`],
  ['a basic credential', `curl -H 'Authorization: Basic «${Buffer.from('ben:hunter2').toString('base64')}»'`],
  ['a basic credential in a sentence', `sent Basic «${Buffer.from('ben:hunter2').toString('base64')}»`],
  ['a custom header', 'X-Api-Key: «0a1b2c3d4e»'],
  ['a header in JSON', '{"X-Auth-Token":"«hunter2»","Accept":"*/*"}'],
  ['cookies', 'Cookie: «sid=31d4d96e; theme=dark»\nHost: example.com'],
  ['a variable', 'DB_PASSWORD=«hunter2»'],
  ['a variable among others', 'export API_KEY=«abc123» LOG_LEVEL=debug'],
  ['a quoted variable', 'SECRET_KEY="«two words, and \\" a quote»"'],
  ['YAML', 'database:\n  password: «hunter2»\n  user: app'],
  ['YAML in quotes', "client_secret: '«s3cr3t value»'"],
  ['properties', 'spring.datasource.password=«hunter2»'],
  ['a connection string', 'Server=db;User Id=app;Password=«hunter2»;Encrypt=true'],
  ['a libpq string', "host=db user=app password='«hunter 2»'"],
  ['a flag', 'mysql --user=app --password=«hunter2» shop'],
  ['a flag and a word', 'tool --api-key «a1b2c3d4» --verbose'],
  ['camel case', '{ apiKey: "«abc»", retries: 3 }'],
  ['JSON', '{"user":"ben","dbPassword":"«hunter2»"}'],
  ['JSON inside JSON', '{\\"access_token\\":\\"«abc123»\\",\\"expires_in\\":3600}'],
  ['JSON with a number', '{"otp": «123456»}'],
  ['a form', 'grant_type=password&username=ben&password=«hunter2»&scope=all'],
  ['a sentence', 'Please log in with password: «hunter2», then go on.'],
  ['a webhook', `https://hooks.slack.com/services/«T0123456/B0123456/${mixed(24)}»`],
  ['a token after an escape', `line\\n«${join('gh', 'p_', mixed(36))}»`],
  ['a token inside a sentence', `I used «${join('sk', '-', mixed(40))}», as you said.`],
  ['two shapes', `«${join('gh', 'p_', mixed(36))}» and «${jwt}»`],
  ['a variable in a command', `GITHUB_TOKEN=«${join('gh', 'p_', mixed(36))}» gh pr list`],
  ['git over HTTPS', `https://x-access-token:«${join('gh', 's_', mixed(36))}»@github.com/a/b.git`],
  ['a key without an end', `key «${pem('RSA ')}»`],
];

/** Texts that resemble secrets but aren't. */
const harmless: string[] = [
  'principal:lockstep:token agent7',
  'lockstep:token ci-agent-2 of ada',
  'The token tok_R4nd0mId12ab was revoked; ask for another.',
  'invalid token: malformed header',
  'authorization: forbidden',
  'Authorization: Bearer ${TOKEN}',
  'Authorization: Bearer <token>',
  'Authorization: Bearer $TOKEN',
  'Authorization: Bearer ***',
  'Authorization: Bearer YOUR-TOKEN',
  'Authorization: Bearer ${secret}',
  'API_KEY=${input:key}',
  'API_KEY=<your key>',
  'API_KEY=changeme',
  'API_KEY=your-api-key-here',
  'API_KEY=',
  'API_KEY="" LOG_LEVEL=debug',
  'password: ********',
  'password: null',
  '{"password": null, "token": true}',
  '{"maxTokens": 4096, "tokens": 12}',
  'token: [redacted]',
  'token: [secret]',
  'token: {{ token }}',
  'TOKEN=%TOKEN%',
  'TOKEN=$(cat /run/token)',
  'token=process.env.TOKEN',
  'const token = getToken();',
  'const { apiKey } = options; send({ apiKey: apiKey });',
  'interface Login { user: string; password: string }',
  'postgres://app:${PGPASSWORD}@db/shop',
  'postgres://app:<password>@db/shop',
  'postgres://app@db/shop',
  'postgres://db:5432/shop',
  'https://example.com:8443/a@b:c',
  'https://example.com/?page=2&sort_key=name',
  'https://example.com/?key=users',
  'https://example.com/?q=token+count',
  'git@github.com:example/repository.git',
  'mailto:ben@example.com',
  'mcp/github#token',
  'secret: mcp/github#token',
  `sha256:${hex(64)}`,
  `commit ${hex(40)}`,
  '31d4d96e-407a-4ad2-8e4c-0f7a3e3b6c11',
  'sha512-9kP6fQ1tBHKD2Nn0fIhfBqGYX4qEZ5pBRjNQqLdEsXmBqtkdV4uHgTwJHf3pPXaY4K1H0y2XhNzS3nUdQ==',
  'a bearer token is missing',
  'Bearer authentication is required',
  'Basic authentication is required',
  'a basic understanding of tokens',
  'the token count is 4096',
  'token: expired',
  'The token: it has expired.',
  'Enter your password: then press return.',
  'tokenCount=12 maxTokens=4096',
  'author: ben, keyboard: qwerty, secretary: kim',
  'public_key=ssh-ed25519 primary_key: order_identifier sort_key=name',
  'passwordless: enabled-everywhere',
  'password_policy=strict-and-long token_url=https://example.com/token',
  'task-management-for-everybody and risk-assessment-2024-results',
  'sk-learn-example',
  'npm_config_registry=https://registry.npmjs.org',
  'npm_package_name',
  'the users.toLowerCaseAndTrim12345 method',
  'ghp_short',
  'AKIA and ASIA are prefixes',
  'eyJ is how they begin',
  '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  '/home/ben/.ssh/id_ed25519',
  'C:\\Users\\ben\\token.txt',
  'arn:aws:iam::123456789012:role/reader',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB',
  '2026-11-27T14:10:40.123Z',
  '@modelcontextprotocol/server-filesystem@2026.8.31',
  'SELECT id, token_type FROM sessions WHERE key = 1',
  'for (const [key, value] of Object.entries(map)) print(key, value);',
];

const marks = /[«»]/g;

describe('a secret', () => {
  it.each(tokens)('%s is blanked as a whole', (_name, token) => {
    expect(blankSecrets(token)).toBe('[redacted]');
    expect(blankSecrets(`before "${token}" after`)).toBe('before "[redacted]" after');
  });

  it.each(texts)('%s is blanked where the secret is', (_name, marked) => {
    expect(blankSecrets(marked.replace(marks, ''))).toBe(marked.replace(/«[^»]*»/g, '[redacted]'));
  });

  it('has enough examples', () => {
    expect(tokens.length + texts.length).toBeGreaterThanOrEqual(60);
    expect(harmless.length).toBeGreaterThanOrEqual(60);
  });
});

describe('no secret', () => {
  it.each(harmless)('%s', (text) => {
    expect(blankSecrets(text)).toBe(text);
  });
});

describe('findSecrets', () => {
  const parts = [...tokens.map(([, token]) => token), ...texts.map(([, text]) => text.replace(marks, ''))];
  const text = fc
    .array(
      fc.oneof(fc.constantFrom(...parts, ...harmless), fc.string(), fc.constantFrom('"', ' ', '\n', '\\')),
    )
    .map((all) => all.join(''));

  it('returns spans in order and without overlaps', () => {
    fc.assert(
      fc.property(text, (given) => {
        let last = 0;
        for (const { start, end } of findSecrets(given)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(given.length);
          last = end;
        }
      }),
    );
  });
});

describe('the time that it takes', () => {
  const unit = [
    ...[
      'eyJ',
      'eyJaaaaaaaaaaaaaaaa',
      'eyJaaaaaaaaaaaaaaaa.',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN ',
      '-----END ',
    ],
    ...[
      '://a:',
      '://',
      'a:',
      'a=',
      '=',
      ':',
      '--token ',
      "--token '",
      'token:',
      'token=',
      'token="',
      '"token":"',
    ],
    ...[
      'token="\\"',
      '\\"token\\":\\"',
      'token=token=',
      'token: ${',
      'password',
      'Bearer ',
      'bearer bearer ',
      'Basic YTpi',
    ],
    ...[
      'ghp_',
      'sk-',
      'sk-proj-',
      's.',
      's.aaaaaaaaaaaaaaaaaaaaaaa',
      'xoxb-',
      '1234567890:AA',
      'SG.',
      'dp.pt.',
      'a',
    ],
    ...[
      'A',
      '-',
      '_',
      '.',
      ' ',
      '\\',
      '"',
      "'",
      '`',
      '<',
      '${',
      'cookie: ',
      'token=a.',
      'token: sha256:',
      'x',
      '/',
      '?key=',
      '&a',
    ],
    ...[
      'hooks.slack.com/services/',
      'AKIA',
      'maxtokens',
      'secret',
      'tokens',
      'a/a#',
      'token=a/',
      'token=$a.',
    ],
  ];

  // Linear time is some 10 ms here, and less than this limit even on a busy machine; quadratic time would be seconds.
  const maxMs = 400;

  it.each(unit)('grows linearly with the length: %j', (part) => {
    const text = part.repeat(Math.ceil(262_144 / part.length));
    let fastest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 3 && fastest >= maxMs; run += 1) {
      const start = performance.now();
      findSecrets(text);
      fastest = Math.min(fastest, performance.now() - start);
    }
    expect(fastest).toBeLessThan(maxMs);
  });
});

it('finds any number of secrets in one text', () => {
  const text = 'pw=hunter2;'.repeat(200_000);
  expect(findSecrets(text)).toHaveLength(200_000);
});
