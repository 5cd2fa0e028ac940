import { type AdminApp, adminApp } from '../admin/app.ts';
import type { AdminEnv } from '../admin/deps.ts';
import type { SocketUser } from '../admin/visitor.ts';
import { type Checked, checkApproval } from '../approvals/check.ts';
import { allowedHosts } from '../identity/host-guard.ts';
import { openTokens, type Tokens } from '../identity/tokens.ts';
import { openScene, type Scene } from './scene.ts';

/** The admin app over its own store, with a few people. */
export interface AdminScene extends Scene {
  readonly app: AdminApp;
  readonly tokens: Tokens;
  /** The secrets of tokens, by owner. */
  readonly secrets: Readonly<Record<Person, string>>;
  /** Failures that the app reported; a test expects none. */
  readonly failures: Error[];
  /** Sends a request as a client on this machine does. */
  request(path: string, init?: RequestInit, env?: AdminEnv['Bindings']): Promise<Response>;
  /** Requests an approval by two of `security`, for Ben's agent. */
  ask(args?: Readonly<Record<string, unknown>>): Promise<Checked & { readonly id: string }>;
}

type Person = 'Anna' | 'Carol' | 'Ben' | 'Audrey' | 'Adam' | 'agent';

export const host = 'localhost:7411';
const approvalSettings = { pauseAfterDenial: 600, repeatWindow: 600 };

export async function openAdminScene(onSocket: SocketUser = 'operator'): Promise<AdminScene> {
  // Closes everything, even if a later step fails.
  await using opened = new AsyncDisposableStack();
  const scene = opened.use(await openScene());
  const { store, keys, dir } = scene;
  const tokens = await openTokens(store, 'prod');
  const failures: Error[] = [];
  const app = adminApp({
    environment: 'prod',
    store,
    keys,
    tokens,
    dataDir: dir,
    publicUrl: () => `http://${host}`,
    allowedHosts: () => allowedHosts(7411),
    approvalSettings: () => approvalSettings,
    onSocket,
    status: () => ({
      environment: 'prod',
      bundle: 'sha256:0',
      version: '0.0.0',
      startedAt: '2026-01-01T00:00:00.000Z',
      localUser: null,
      servers: [],
    }),
    onFailure: (error) => failures.push(error),
  });
  const secret = async (owner: string, audience: 'mcp' | 'admin', ...roles: string[]) => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const created = await tokens.create(
      { subject: owner.toLowerCase(), owner, roles, audience, expiresAt },
      { name: 'operator' },
    );
    if ('refused' in created) throw new Error(created.refused);
    return created.token;
  };
  const secrets = {
    Anna: await secret('Anna', 'admin', 'security'),
    Carol: await secret('Carol', 'admin', 'security'),
    Ben: await secret('Ben', 'admin', 'security'),
    Audrey: await secret('Audrey', 'admin', 'auditor'),
    Adam: await secret('Adam', 'admin', 'admin'),
    agent: await secret('agent', 'mcp', 'security', 'admin', 'auditor'),
  };
  opened.move();
  return {
    ...scene,
    app,
    tokens,
    failures,
    secrets,
    request: async (path, init = {}, env = {}) => {
      const headers = new Headers(init.headers);
      if (!headers.has('host')) headers.set('host', host);
      return app.request(`http://${host}${path}`, { ...init, headers }, env);
    },
    async ask(args = { path: 'notes.txt', content: 'Hello' }) {
      const decision = { type: 'approve', quorum: 2, approvers: ['security'], expiry: 3600 } as const;
      const checked = await checkApproval(store, keys, {
        environment: 'prod',
        source: 'npm:files@1.0.0',
        method: 'tools/call',
        target: { server: 'files', kind: 'tool', name: 'write_file' },
        class: 'write',
        locked: {
          definition: {
            name: 'write_file',
            description: 'Writes a file.',
            inputSchema: {
              type: 'object',
              properties: { path: { type: 'string', description: 'Where to' } },
            },
          },
          digest: `sha256:${'a'.repeat(64)}`,
        },
        clause: { from: 'rules.two-people', decision: { ...decision, approvers: ['security'] } },
        decision: { ...decision, approvers: ['security'] },
        args,
        principal: { issuer: 'lockstep:token', subject: 'agent', owner: 'Ben', roles: ['developer'] },
        client: { name: 'claude-code', version: '2' },
        reason: 'The user wants it.',
        endpoint: undefined,
        settings: { ...approvalSettings, pendingPerPrincipal: 1000 },
      });
      if (!('id' in checked)) throw new Error(checked.state);
      return checked;
    },
  };
}
