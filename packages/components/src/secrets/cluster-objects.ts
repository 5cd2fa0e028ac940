import * as k8s from '@pulumi/kubernetes';
import type { ComponentResource, Resource } from '@pulumi/pulumi';
import { type Belonging, labelsOf, type ObjectMetadata } from '../kubernetes/labels.ts';
import { serverObject } from '../kubernetes/names.ts';
import {
  authorityKey,
  authorityObject,
  authSpec,
  connectionObject,
  connectionSpec,
  externalSecretSpec,
  externalSecretsApi,
  operatorApi,
  staticSecretSpec,
  syncedPaths,
} from './operator.ts';
import type { SecretsPlan, ServerSecretsPlan } from './secrets-plan.ts';

/**
 * Creates the Secret with Vault's certificate authority, which the operator and the injector read only from a Secret,
 * and the operator's connection to Vault.
 */
export function makeConnection(parent: ComponentResource, name: string, plan: SecretsPlan): Resource[] {
  const { ca, deliver } = plan.args;
  if (deliver === 'external-secrets') return [];
  const authority =
    ca === undefined
      ? []
      : [
          new k8s.core.v1.Secret(
            `${name}-ca`,
            {
              metadata: metadataOf(plan, authorityObject(plan.naming)),
              stringData: { [authorityKey]: ca },
            },
            { parent },
          ),
        ];
  if (deliver !== 'vault-secrets-operator') return authority;
  const connection = new k8s.apiextensions.CustomResource(
    `${name}-connection`,
    {
      apiVersion: operatorApi,
      kind: 'VaultConnection',
      metadata: metadataOf(plan, connectionObject(plan.naming)),
      spec: connectionSpec(plan),
    },
    { parent, dependsOn: authority },
  );
  return [connection];
}

/**
 * Makes the Vault Secrets Operator copy one server's secrets and restart the server. The order matters: an object must
 * be deleted before those that it refers to.
 */
export function makeSynced(
  parent: ComponentResource,
  name: string,
  plan: SecretsPlan,
  ofServer: ServerSecretsPlan,
  dependsOn: Resource[],
): void {
  const { server, pod } = ofServer;
  if (pod === undefined) return;
  const auth = new k8s.apiextensions.CustomResource(
    `${name}.${server}-auth`,
    {
      apiVersion: operatorApi,
      kind: 'VaultAuth',
      metadata: metadataOf(plan, serverObject(server, plan.naming), server),
      spec: authSpec(plan, pod),
    },
    { parent, dependsOn, aliases: [{ name: `${name}-${server}-auth` }] },
  );
  for (const synced of syncedPaths(plan.naming, ofServer)) {
    const metadata = metadataOf(plan, synced.name, server);
    new k8s.apiextensions.CustomResource(
      `${name}-${synced.name}`,
      {
        apiVersion: operatorApi,
        kind: 'VaultStaticSecret',
        metadata,
        spec: staticSecretSpec(plan, ofServer, synced, metadata.labels),
      },
      { parent, dependsOn: [auth] },
    );
  }
}

/** Makes the External Secrets Operator copy one server's secrets from a store. */
export function makeExternal(
  parent: ComponentResource,
  name: string,
  plan: SecretsPlan,
  ofServer: ServerSecretsPlan,
): void {
  for (const synced of syncedPaths(plan.naming, ofServer)) {
    const metadata = metadataOf(plan, synced.name, ofServer.server);
    new k8s.apiextensions.CustomResource(
      `${name}-${synced.name}`,
      {
        apiVersion: externalSecretsApi,
        kind: 'ExternalSecret',
        metadata,
        spec: externalSecretSpec(plan, synced, metadata.labels),
      },
      { parent },
    );
  }
}

function metadataOf({ args }: SecretsPlan, name: string, server?: string): ObjectMetadata {
  const { environment, namespace, owner } = args;
  const belonging: Belonging = { environment, owner, component: 'secrets' };
  return { name, namespace, labels: labelsOf(server === undefined ? belonging : { ...belonging, server }) };
}
