import * as k8s from '@pulumi/kubernetes';
import type { ComponentResource, Resource } from '@pulumi/pulumi';
import { type Belonging, labelsOf } from '../kubernetes/labels.ts';
import { serverObject } from '../kubernetes/names.ts';
import {
  authorityKey,
  authorityObject,
  authSpec,
  connectionObject,
  connectionSpec,
  operatorApi,
  staticSecretSpec,
  syncedPaths,
} from './operator.ts';
import type { McpSecretsArgs } from './secrets-args.ts';
import type { ServerSecretsPlan } from './secrets-plan.ts';

/**
 * Creates the Secret with Vault's certificate authority, which the operator and the injector read only from a Secret,
 * and the operator's connection to Vault.
 */
export function makeConnection(parent: ComponentResource, name: string, args: McpSecretsArgs): Resource[] {
  const { namespace, ca } = args;
  const labels = labelsFor(args);
  const authority =
    ca === undefined
      ? []
      : [
          new k8s.core.v1.Secret(
            `${name}-ca`,
            { metadata: { name: authorityObject, namespace, labels }, stringData: { [authorityKey]: ca } },
            { parent },
          ),
        ];
  if (args.deliver !== 'vault-secrets-operator') return authority;
  const connection = new k8s.apiextensions.CustomResource(
    `${name}-connection`,
    {
      apiVersion: operatorApi,
      kind: 'VaultConnection',
      metadata: { name: connectionObject, namespace, labels },
      spec: connectionSpec(args),
    },
    { parent, dependsOn: authority },
  );
  return [connection];
}

/**
 * Makes the operator copy one server's secrets and restart the server. The order matters: an object must be deleted
 * before those that it refers to.
 */
export function makeSynced(
  parent: ComponentResource,
  name: string,
  args: McpSecretsArgs,
  plan: ServerSecretsPlan,
  dependsOn: Resource[],
): void {
  const { server, pod } = plan;
  if (pod === undefined) return;
  const { namespace } = args;
  const labels = labelsFor(args, server);
  const auth = new k8s.apiextensions.CustomResource(
    `${name}-${server}-auth`,
    {
      apiVersion: operatorApi,
      kind: 'VaultAuth',
      metadata: { name: serverObject(server), namespace, labels },
      spec: authSpec(args, pod),
    },
    { parent, dependsOn },
  );
  for (const synced of syncedPaths(plan)) {
    new k8s.apiextensions.CustomResource(
      `${name}-${synced.name}`,
      {
        apiVersion: operatorApi,
        kind: 'VaultStaticSecret',
        metadata: { name: synced.name, namespace, labels },
        spec: staticSecretSpec(args, plan, synced, labels),
      },
      { parent, dependsOn: [auth] },
    );
  }
}

function labelsFor({ environment, owner }: McpSecretsArgs, server?: string): Record<string, string> {
  const belonging: Belonging = { environment, owner, component: 'secrets' };
  return labelsOf(server === undefined ? belonging : { ...belonging, server });
}
