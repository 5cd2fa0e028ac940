/**
 * What Lockstep's own tests use of the components beyond their entry, where a gateway has to agree with them. It may
 * change in any release.
 *
 * @internal
 * @module
 */
export { planBundle } from './gateway/bundle-config-maps.ts';
export { dashboard } from './monitoring/dashboard.ts';
export { bundleRuleFile, type RuleOptions, ruleFile } from './monitoring/rules.ts';
export { defaultThresholds } from './monitoring/thresholds.ts';
