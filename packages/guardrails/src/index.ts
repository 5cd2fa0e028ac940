/**
 * Guardrails for Pulumi programs that run MCP servers with Lockstep, as policies of CrossGuard. To use them as they are, give
 * this package's folder to `pulumi preview --policy-pack`. Import them to add them to a policy pack of your own.
 *
 * @module
 */
import type { ResourceValidationPolicy, StackValidationPolicy } from '@pulumi/policy';
import { allGuardrails } from './guardrails/all.ts';
import { policyOf } from './policy.ts';

/**
 * The policies of all guardrails. Each has the enforcement level of the policy pack that it is put into, unless a
 * configuration names another.
 *
 * @example
 * import { PolicyPack } from '@pulumi/policy';
 *
 * new PolicyPack('acme', { policies: [...guardrails], enforcementLevel: 'mandatory' });
 */
export const guardrails: readonly (ResourceValidationPolicy | StackValidationPolicy)[] =
  allGuardrails.map(policyOf);
