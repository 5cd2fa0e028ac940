/**
 * Exports for Lockstep's own tests, which check that the gateway agrees with the components. They may change in any
 * release.
 *
 * @internal
 * @module
 */
export { planBundle } from './gateway/bundle-config-maps.ts';
export { dashboard } from './monitoring/dashboard.ts';
export { bundleRuleFile, type RuleOptions, ruleFile } from './monitoring/rules.ts';
export { defaultThresholds } from './monitoring/thresholds.ts';
