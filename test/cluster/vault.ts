import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RegisteredResource } from '@lockstep/cli/internal';
import { apply, kubectl } from './kubectl.ts';
import { nodeAddress } from './service.ts';

/** A real Vault core on the node. It asks the cluster's API server who signs in. */
export interface TestVault {
  readonly port: number;
  write(path: string, body: object): Promise<void>;
  /** Creates the policies and roles that a program registered. */
  provision(resources: readonly RegisteredResource[]): Promise<void>;
  close(): void;
}

/** Starts it with a KV mount `mcp`, version 2, and Kubernetes auth. See vault/main.go. */
export async function startVault(): Promise<TestVault> {
  const child = spawn(join(process.env.CLUSTER_BIN ?? '', 'test-vault'), ['-addr', `${nodeAddress}:0`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { address, token } = JSON.parse(line) as { address: string; token: string };

  async function write(path: string, body: object): Promise<void> {
    const answer = await fetch(`${address}/v1/${path}`, {
      method: 'POST',
      headers: { 'x-vault-token': token },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`Vault answered ${answer.status} to ${path}: ${await answer.text()}`);
  }

  await write('sys/mounts/mcp', { type: 'kv', options: { version: '2' } });
  await write('sys/auth/kubernetes', { type: 'kubernetes' });
  await write('auth/kubernetes/config', {
    kubernetes_host: `https://${nodeAddress}:6443`,
    kubernetes_ca_cert: await readFile(join(process.env.CLUSTER_DIR ?? '', 'certs/apiserver.crt'), 'utf8'),
    token_reviewer_jwt: await reviewerToken(),
  });
  return {
    port: Number(new URL(address).port),
    write,
    async provision(resources) {
      for (const { type, value } of resources) {
        const inputs = value as Record<string, unknown>;
        if (type === 'vault:index/policy:Policy')
          await write(`sys/policies/acl/${inputs.name}`, { policy: inputs.policy });
        if (type === 'vault:kubernetes/authBackendRole:AuthBackendRole') {
          await write(`auth/${inputs.backend}/role/${inputs.roleName}`, {
            bound_service_account_names: inputs.boundServiceAccountNames,
            bound_service_account_namespaces: inputs.boundServiceAccountNamespaces,
            audience: inputs.audience,
            token_policies: inputs.tokenPolicies,
            token_no_default_policy: inputs.tokenNoDefaultPolicy,
            token_ttl: inputs.tokenTtl,
            token_max_ttl: inputs.tokenMaxTtl,
          });
        }
      }
    },
    close: () => void child.kill('SIGKILL'),
  };
}

/** A token that lets Vault ask the API server about other tokens. */
async function reviewerToken(): Promise<string> {
  await apply(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: vault-reviewer, namespace: default }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: vault-reviewer }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:auth-delegator }
subjects: [{ kind: ServiceAccount, name: vault-reviewer, namespace: default }]
`);
  return (await kubectl('create', 'token', 'vault-reviewer', '--duration=2h')).trim();
}
