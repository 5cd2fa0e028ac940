import type { Principal } from '@lockstep/model/internal';
import { describe, expect, it } from 'vitest';
import { type CheckToken, type SignIn, signIn } from './sign-in.ts';

const localUser: Principal = {
  issuer: 'lockstep:local',
  subject: 'local',
  owner: 'anna',
  roles: ['developer'],
};
const agent: Principal = { issuer: 'lockstep:token', subject: 'agent', owner: 'anna', roles: [] };
const checkToken: CheckToken = (presented, audience) =>
  presented === 'lks_good' && audience === 'mcp'
    ? { principal: agent, credential: { tokenId: 'tok_1', expiresAt: 1_893_456_000_000 } }
    : { refused: 'This token is unknown.' };

const local = { headers: { host: 'localhost:7411' }, remoteAddress: '127.0.0.1' };
const refusal = (signIn: SignIn) => ('refused' in signIn ? signIn.refused : undefined);

describe('signIn', () => {
  it('treats a caller on this machine as the local user', () => {
    expect(signIn(local, checkToken, localUser)).toEqual({ principal: localUser });
    const browser = { ...local, headers: { host: '[::1]:7411', origin: 'http://localhost:7411' } };
    expect(signIn({ ...browser, remoteAddress: '::ffff:127.0.0.1' }, checkToken, localUser)).toEqual({
      principal: localUser,
    });
  });

  it("signs in a token's holder, for `mcp`", () => {
    const found = signIn(
      { headers: { authorization: 'bearer lks_good' }, remoteAddress: '192.0.2.1' },
      checkToken,
      localUser,
    );
    expect(found).toMatchObject({ principal: agent, credential: { tokenId: 'tok_1' } });
  });

  it.each(['Bearer lks_bad', 'Bearer', '', 'Basic YTpi', 'Bearer lks_good lks_good', 'lks_good'])(
    "refuses the credential %j and doesn't fall back to the local user",
    (authorization) => {
      const headers = { ...local.headers, authorization };
      expect(refusal(signIn({ ...local, headers }, checkToken, localUser))).toBeDefined();
    },
  );

  it('refuses everybody without a token if there is no local user', () => {
    expect(refusal(signIn(local, checkToken, undefined))).toMatch(/needs a token/);
  });

  it.each([
    ['another machine', { ...local, remoteAddress: '192.0.2.1' }],
    ['an unknown peer', { ...local, remoteAddress: undefined }],
    ['a rebound name', { ...local, headers: { host: 'evil.example:7411' } }],
    ['no Host', { ...local, headers: {} }],
    ['a page from elsewhere', { ...local, headers: { ...local.headers, origin: 'https://evil.example' } }],
    ['a sandboxed page', { ...local, headers: { ...local.headers, origin: 'null' } }],
    ['a proxy', { ...local, headers: { ...local.headers, 'x-forwarded-for': '192.0.2.1' } }],
    ['a proxy of another kind', { ...local, headers: { ...local.headers, forwarded: 'for=192.0.2.1' } }],
    ['a proxy that says only the host', { ...local, headers: { ...local.headers, 'x-forwarded-host': 'x' } }],
  ])("doesn't treat %s as the local user", (_, caller) => {
    expect(refusal(signIn(caller, checkToken, localUser))).toMatch(/token/);
  });
});
