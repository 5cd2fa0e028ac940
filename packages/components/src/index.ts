/**
 * Pulumi components on Kubernetes and Vault.
 *
 * @module
 */
export { type Belonging, labelsOf, selectorOf } from './kubernetes/labels.ts';
export { gatewayObject, objectName, serverObject } from './kubernetes/names.ts';
export type { PodAdditions } from './kubernetes/pod-additions.ts';
export { restrictedNamespace } from './kubernetes/pod-security.ts';
