import { z } from 'zod';
import { profileSchema, settingsSchema } from './environment.ts';
import { digestSchema } from './lock/schema.ts';
import { environmentName, serverName } from './names.ts';
import { serverSchema } from './server.ts';

/** The version of the bundle's format. The gateway reads this one and the one before. */
export const bundleVersion = 1;

/** `gateway.json`: what the gateway is told, with the hash of every other file of the bundle. */
export const gatewayConfigSchema = z.strictObject({
  schemaVersion: z.literal(bundleVersion),
  environment: environmentName,
  profile: profileSchema,
  servers: z.record(serverName, z.strictObject({ definition: serverSchema, release: z.string() })),
  settings: settingsSchema,
  /** SHA-256 of every other file, by its path in the bundle. */
  files: z.record(z.string(), digestSchema),
});
/** What `gateway.json` says, read. */
export type GatewayConfig = z.output<typeof gatewayConfigSchema>;
