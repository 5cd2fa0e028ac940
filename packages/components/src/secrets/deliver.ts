import { podFolders } from '@lockstep/model/internal';
import type { Naming } from '../kubernetes/names.ts';
import type { PodAdditions } from '../kubernetes/pod-template.ts';
import { injected } from './injector.ts';
import { syncedObject } from './operator.ts';
import type { McpSecretsArgs } from './secrets-args.ts';
import { type PlannedSecret, planSecrets, type SecretsPlan } from './secrets-plan.ts';

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
  return additionsOf(planSecrets('deliverSecrets', args));
}

/** The additions for a plan. */
export function additionsOf(plan: SecretsPlan): Record<string, PodAdditions> {
  const entries = plan.servers.flatMap(({ server, pod, delivered }) => {
    if (delivered.length === 0) return [];
    const isInjected = pod !== undefined && plan.args.deliver === 'agent-injector';
    return [
      [server, isInjected ? injected(plan, pod, delivered) : fromObjects(plan.naming, server, delivered)],
    ];
  });
  return Object.fromEntries(entries);
}

/** Additions that refer to the Secrets that an operator writes. */
function fromObjects(naming: Naming, server: string, delivered: readonly PlannedSecret[]): PodAdditions {
  const env = delivered
    .filter(({ delivery }) => delivery === 'env')
    .map(({ name, place, field }) => ({
      name,
      valueFrom: { secretKeyRef: { name: syncedObject(naming, server, place), key: field } },
    }));
  const files = delivered.filter(({ delivery }) => delivery === 'file');
  if (files.length === 0) return { env };
  const sources = files.map(({ name, place, field }) => ({
    secret: { name: syncedObject(naming, server, place), items: [{ key: field, path: name }] },
  }));
  return {
    env,
    volumes: [{ name: fileVolume, projected: { sources } }],
    volumeMounts: [{ name: fileVolume, mountPath: podFolders.secretFiles, readOnly: true }],
  };
}
