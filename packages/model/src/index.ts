/**
 * What the program that declares environments is written with: servers, environments, rules and secrets as plain data.
 *
 * @module
 */
export { pathUnder } from './condition/path-under.ts';
export type { EnvironmentInput, ProfileName, Rule, RuleExample } from './environment.ts';
export { defineEnvironments, type Environment } from './environments.ts';
export { ConfigurationError, type Finding } from './errors.ts';
export { imagesFor } from './images.ts';
export type { Lock } from './lock/schema.ts';
export { secret } from './secret.ts';
export { defineServers, type ServerInput, type Servers } from './server.ts';
