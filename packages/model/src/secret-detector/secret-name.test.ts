import { describe, expect, it } from 'vitest';
import { isOpaque, isSecretField, isSecretName } from './secret-name.ts';

const secret = [
  ...[
    'token',
    'accessToken',
    'githubToken',
    'GITHUB_TOKEN',
    'X-Auth-Token',
    'auth_token',
    'accesstoken',
    'tokens',
  ],
  ...[
    'apiKey',
    'api_key',
    'API-KEY',
    'X-API-Key',
    'apikey',
    'APIKey',
    'openaiApiKey',
    'OPENAI_API_KEY',
    'api key',
  ],
  ...['password', 'dbPassword', 'PGPASSWORD', 'passwd', 'pwd', 'SMTP_PASS', 'dbPwd', 'password_confirmation'],
  ...[
    'secret',
    'client_secret',
    'clientSecret',
    'secretAccessKey',
    'AWS_SECRET_ACCESS_KEY',
    'secret_id',
    'secrets',
  ],
  ...[
    'Authorization',
    'Proxy-Authorization',
    'authorization_code',
    'X-Auth',
    'auth',
    'basicAuth',
    'bearer',
    'jwt',
  ],
  ...['cookie', 'set-cookie', 'session_cookie', 'credentials', 'AZURE_CREDENTIALS', 'creds', 'passphrase'],
  ...[
    'private key',
    'privateKey',
    'signing-key',
    'encryptionKey',
    'connectionString',
    'SENTRY_DSN',
    'dsn',
    'pat',
  ],
  ...['GITHUB_PAT', 'githubPAT', 'otp', 'PASSWORD_2', 'token1', '--api-key', 'spring.datasource.password'],
  ...['authorization_header', 'cookieHeader', 'password_hint', 'passwordField', 'credentials_file'],
];

const harmless = [
  ...[
    'tokenCount',
    'token_count',
    'maxTokens',
    'max_tokens',
    'max_completion_tokens',
    'promptTokens',
    'token_limit',
  ],
  ...['tokenizer', 'tokenization', 'token_type', 'token_url', 'tokenEndpoint', 'TOKEN_FILE', 'token_expiry'],
  ...[
    'keyboard',
    'monkey',
    'key',
    'keys',
    'public_key',
    'publicKey',
    'primary_key',
    'sort_key',
    'partitionKey',
  ],
  ...[
    'foreign_key',
    'cache_key',
    'keyword',
    'author',
    'authors',
    'authority',
    'GIT_AUTHOR_NAME',
    'oauth',
    'path',
  ],
  ...[
    'secretary',
    'secretName',
    'secret_ref',
    'passwordless',
    'password_policy',
    'passwordLength',
    'has_password',
  ],
  ...[
    'requiresAuth',
    'IS_SECRET',
    'noPassword',
    'showPassword',
    'cookie_consent',
    'cookieName',
    'compass',
    'bypass',
  ],
  ...[
    'passed',
    'passenger',
    'passage',
    'pattern',
    'patient',
    'path',
    'session',
    'sessionId',
    'desk',
    'user',
    'name',
  ],
  ...[
    'credential_type',
    'authorization_endpoint',
    'signature',
    'digest',
    'hash',
    'value',
    '',
    '密码',
    'pathOfPat2x',
  ],
];

describe('names', () => {
  it.each(secret)('%s is a secret', (name) => expect(isSecretName(name)).toBe(true));
  it.each(harmless)("%s isn't a secret", (name) => expect(isSecretName(name)).toBe(false));

  it.each(['ｐａｓｓｗｏｒｄ', 'paſſword'])('%s reads like a secret', (name) =>
    expect(isSecretName(name)).toBe(true),
  );

  it('are judged by their ends if they are very long', () => {
    expect(isSecretName(`${'a'.repeat(100_000)}_token`)).toBe(true);
    expect(isSecretName(`password${'x'.repeat(100_000)}`)).toBe(true);
    expect(isSecretName('a'.repeat(100_000))).toBe(false);
  });
});

describe('fields', () => {
  const opaque = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3';

  it.each([
    ['password', 'hunter2', true],
    ['password', 1234, true],
    ['password', null, true],
    ['tokens', ['a'], true],
    ['tokens', 4096, false],
    ['key', 'users/1', false],
    ['key', opaque, true],
    ['STRIPE_KEY', opaque, true],
    ['sessionKey', opaque, true],
    ['id', opaque, false],
    ['key', '0123456789abcdef0123456789abcdef', false],
  ])('%s: %j', (name, value, expected) => {
    expect(isSecretField(name, value)).toBe(expected);
  });

  it('are opaque only if they are one mixed run', () => {
    expect([opaque, `${opaque} `, 'a/long/path/that/is/longer/than/thirty-two'].map(isOpaque)).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('questions', () => {
  it.each(['needsToken', 'showPassword', 'has_password'])(
    '%s holds a secret if its value is neither yes nor no',
    (name) => {
      expect(isSecretField(name, 'hunter2')).toBe(true);
      for (const answer of [true, 'true', 'no', '']) expect(isSecretField(name, answer)).toBe(false);
    },
  );
});
