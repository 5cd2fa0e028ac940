import { gatewayImage, needsBuiltImage } from '@lockstep/model/internal';
import { refuse } from '../errors.ts';
import type { McpEnvironmentArgs } from './environment-args.ts';

/**
 * What must hold before any part is made.
 *
 * @throws RunError naming the environment and the argument that is wrong.
 */
export function checkEnvironment(who: string, args: McpEnvironmentArgs): void {
  const { environment, servers: settings = {}, images, vault } = args;
  const { servers } = environment;
  const names = Object.keys(servers);
  const list = names.join(', ');
  if (Object.hasOwn(servers, gatewayImage)) {
    refuse(who, `environment.servers.${gatewayImage}`, "is the gateway's own name here; choose another.");
  }
  for (const server of Object.keys(settings)) {
    if (!names.includes(server))
      refuse(who, `servers.${server}`, `there is no such server; there are ${list}.`);
  }
  for (const image of Object.keys(images)) {
    if (image !== gatewayImage && !names.includes(image)) {
      refuse(who, `images.${image}`, `there is no such server; there are ${list}.`);
    }
  }
  for (const image of [gatewayImage, ...names.filter((name) => needsImage(args, name))]) {
    if (!Object.hasOwn(images, image)) {
      refuse(
        who,
        `images.${image}`,
        'is missing; build and push it, and give its reference with the digest.',
      );
    }
  }
  const withSecrets = names.find((name) => Object.keys(servers[name]?.secrets ?? {}).length > 0);
  if (withSecrets !== undefined && vault === undefined) {
    refuse(who, 'vault', `is missing, but the server ${withSecrets} has secrets; say where they are kept.`);
  }
}

function needsImage({ environment }: McpEnvironmentArgs, server: string): boolean {
  const pinned = environment.releases[server];
  return pinned !== undefined && needsBuiltImage(pinned.release);
}
