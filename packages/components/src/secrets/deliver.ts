import { podFolders } from '@lockstep/model/internal';
import type { PodAdditions } from '../kubernetes/pod-template.ts';
import { injected } from './injector.ts';
import { syncedObject } from './operator.ts';
import type { McpSecretsArgs } from './secrets-args.ts';
import { type PlannedSecret, planSecrets, type ServerSecretsPlan } from './secrets-plan.ts';

/** The volume of a server's files. */
const fileVolume = 'lockstep-secret-files';

/**
 * What each server's pods need so that their secrets reach them: references, never values. `McpSecrets` creates the
 * objects that they refer to. Add the result to the pods.
 *
 * @returns additions by server, without servers that have no `env` or `file` secrets.
 * @throws RunError for the same reasons as `McpSecrets`.
 * @example
 * const pod = deliverSecrets(args)['github'];
 * new McpServer('github', { ...server, ...(pod && { pod }) }, { providers: { kubernetes: cluster } });
 */
export function deliverSecrets(args: McpSecretsArgs): Record<string, PodAdditions> {
  return additionsOf(args, planSecrets('deliverSecrets', args));
}

/** The additions for a plan. */
export function additionsOf(
  args: McpSecretsArgs,
  plans: readonly ServerSecretsPlan[],
): Record<string, PodAdditions> {
  const entries = plans.flatMap(({ server, pod, delivered }) => {
    if (pod === undefined) return [];
    return [
      [
        server,
        args.deliver === 'agent-injector' ? injected(args, pod, delivered) : fromObjects(server, delivered),
      ],
    ];
  });
  return Object.fromEntries(entries);
}

/** Additions that refer to the Secrets that the operator writes. */
function fromObjects(server: string, delivered: readonly PlannedSecret[]): PodAdditions {
  const env = delivered
    .filter(({ delivery }) => delivery === 'env')
    .map(({ name, path, field }) => ({
      name,
      valueFrom: { secretKeyRef: { name: syncedObject(server, path), key: field } },
    }));
  const files = delivered.filter(({ delivery }) => delivery === 'file');
  if (files.length === 0) return { env };
  const sources = files.map(({ name, path, field }) => ({
    secret: { name: syncedObject(server, path), items: [{ key: field, path: name }] },
  }));
  return {
    env,
    volumes: [{ name: fileVolume, projected: { sources } }],
    volumeMounts: [{ name: fileVolume, mountPath: podFolders.secretFiles, readOnly: true }],
  };
}
