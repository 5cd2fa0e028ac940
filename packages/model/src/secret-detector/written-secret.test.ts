import { describe, expect, it } from 'vitest';
import { isWrittenSecret, namedArguments } from './written-secret.ts';

describe('what a person wrote', () => {
  it.each([
    ['DB_PASSWORD', 'hunter2'],
    ['', 'postgres://app:hunter2@db/shop'],
    ['MAPS_KEY', '0123456789abcdef0123456789abcdef'],
    ['tls.key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----\n'],
  ])('under %j is a secret: %j', (name, value) => expect(isWrittenSecret(name, value)).toBe(true));

  it.each([
    ['DB_PASSWORD', '${secret:DB_PASSWORD}'],
    ['SORT_KEY', 'name'],
    ['--token', '--verbose'],
    ['ca.crt', '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n'],
  ])('under %j is none: %j', (name, value) => expect(isWrittenSecret(name, value)).toBe(false));

  it('as arguments goes by its flag', () => {
    expect(namedArguments(['serve', '--token=a', '--key', 'b', 'c'])).toEqual([
      { name: '', value: 'serve' },
      { name: '--token', value: 'a' },
      { name: '', value: '--key' },
      { name: '--key', value: 'b' },
      { name: '', value: 'c' },
    ]);
  });
});
