/**
 * Pulumi components on Kubernetes and Vault.
 *
 * @module
 */
export {};
