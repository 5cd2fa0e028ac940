/**
 * Pulumi components on Kubernetes and Vault.
 *
 * @module
 */
export { type Belonging, labelsOf, selectorOf } from './kubernetes/labels.ts';
export { gatewayObject, objectName, serverObject } from './kubernetes/names.ts';
export type { PodAdditions } from './kubernetes/pod-additions.ts';
export { restrictedNamespace } from './kubernetes/pod-security.ts';
export type {
  KubernetesAuth,
  KvMount,
  McpSecretsArgs,
  NewKubernetesAuth,
  SecretDelivery,
  SecretsOfServer,
  VaultSettings,
  Workload,
} from './secrets/args.ts';
export { deliverSecrets } from './secrets/deliver.ts';
export { McpSecrets } from './secrets/secrets.ts';
