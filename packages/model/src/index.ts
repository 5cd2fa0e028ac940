/**
 * Write the program that declares environments with these: servers, environments, rules and secrets as plain data.
 *
 * @module
 */
export { pathUnder } from './condition/path-under.ts';
export { defineEnvironments } from './define/environments.ts';
export type {
  Environment,
  EnvironmentInput,
  ProfileName,
  Rule,
  RuleExample,
} from './environment/environment.ts';
export { imagesFor } from './environment/images.ts';
export { ConfigurationError, type Finding } from './errors.ts';
export type { Lock } from './lock/schema.ts';
export { secret } from './secret.ts';
export { defineServers, type ServerInput, type Servers } from './server.ts';
