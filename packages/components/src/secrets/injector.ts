import { createHash } from 'node:crypto';
import { podFolders } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { whenKnown } from '../inputs.ts';
import type { PodAdditions } from '../kubernetes/pod-template.ts';
import { authorityKey, authorityObject } from './operator.ts';
import type { Login, PlannedSecret, SecretsPlan } from './secrets-plan.ts';

const prefix = 'vault.hashicorp.com';

/** The volume with the agent's token for Vault; the server's own container doesn't mount it. */
const tokenVolume = 'lockstep-vault-token';

/** How often the agent checks for a new value. */
const renderInterval = '1m';

/** Additions that make the Agent injector write a server's files. */
export function injected(
  { args, naming }: SecretsPlan,
  login: Login,
  delivered: readonly PlannedSecret[],
): PodAdditions {
  const { address, auth, audience = 'vault', vaultNamespace, ca } = args;
  const whole = {
    'agent-inject': 'true',
    service: address,
    'auth-path': whenKnown(auth?.path ?? 'kubernetes', (path) => `auth/${path}`),
    role: login.role,
    'agent-service-account-token-volume-name': tokenVolume,
    'secret-volume-path': podFolders.secretFiles,
    'template-static-secret-render-interval': renderInterval,
    ...(vaultNamespace !== undefined && { namespace: vaultNamespace }),
    ...(ca !== undefined && {
      'tls-secret': authorityObject(naming),
      'ca-cert': `/vault/tls/${authorityKey}`,
    }),
  };
  const files = delivered.flatMap((secret) => Object.entries(annotationsOf(args.mount.version, secret)));
  return {
    // The agent runs in the server's pod.
    egress: [{ url: address }],
    annotations: Object.fromEntries(
      [...Object.entries(whole), ...files].map(([key, value]) => [`${prefix}/${key}`, value]),
    ),
    volumes: [
      {
        name: tokenVolume,
        projected: {
          sources: [{ serviceAccountToken: { path: 'token', audience, expirationSeconds: 600 } }],
        },
      },
    ],
  };
}

function annotationsOf(version: 1 | 2, secret: PlannedSecret): Record<string, Input<string>> {
  // An annotation's name has at most 63 characters, but a file's name can have 128.
  const id = `s${createHash('sha256').update(secret.name).digest('hex').slice(0, 12)}`;
  return {
    [`agent-inject-secret-${id}`]: secret.apiPath,
    [`agent-inject-file-${id}`]: secret.name,
    [`agent-inject-template-${id}`]: whenKnown(secret.apiPath, (path) =>
      templateOf(path, secret.field, version),
    ),
  };
}

/** Prints only the value. A missing field fails, because otherwise the agent would write `<no value>`. */
function templateOf(path: string, field: string, version: 1 | 2): string {
  const data = version === 2 ? '.Data.data' : '.Data';
  return `{{- with secret "${path}" -}}{{- with index ${data} "${field}" -}}{{ . }}{{- else -}}{{ sprig_fail "${path} has no field ${field}" }}{{- end -}}{{- end -}}`;
}
