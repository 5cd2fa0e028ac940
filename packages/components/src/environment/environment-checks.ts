import { gatewayImage, isUnpushed, needsBuiltImage } from '@lockstep/model/internal';
import { refuse } from '../errors.ts';
import { keysSecretOf } from '../gateway/keys-secret.ts';
import { imageOfGateway } from '../gateway/released-image.ts';
import { checkImage } from '../kubernetes/image.ts';
import { checkArguments } from '../schema.ts';
import { environmentSchema, type McpEnvironmentArgs } from './environment-args.ts';

/**
 * Validates the arguments of an environment.
 *
 * @throws RunError that names the environment and the wrong argument.
 */
export function checkEnvironment(who: string, args: McpEnvironmentArgs): void {
  checkArguments(who, environmentSchema, args);
  const { environment, servers: settings = {}, images, vault } = args;
  const { servers } = environment;
  const names = Object.keys(servers);
  const list = names.join(', ');
  if (Object.hasOwn(servers, gatewayImage)) {
    refuse(who, `environment.servers.${gatewayImage}`, 'is reserved for the gateway; choose another name.');
  }
  for (const server of Object.keys(settings)) {
    if (!names.includes(server))
      refuse(who, `servers.${server}`, `no server has this name; the servers are ${list}.`);
  }
  keysSecretOf(who, args.gateway, 'gateway.');
  for (const image of Object.keys(images)) {
    if (image !== gatewayImage && !names.includes(image)) {
      refuse(who, `images.${image}`, `no server has this name; the servers are ${list}.`);
    }
  }
  checkImage(
    who,
    `images.${gatewayImage}`,
    imageOfGateway(who, `images.${gatewayImage}`, images[gatewayImage]),
  );
  for (const image of names.filter((name) => needsImage(args, name) && !isInstalled(args, name))) {
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
    refuse(who, 'vault', `is missing, but the server ${withSecrets} has secrets; say where to read them.`);
  }
}

/** Whether a server's package is installed when its pods start, since `packages` says so and no image has it. */
export function isInstalled({ environment, images, packages }: McpEnvironmentArgs, server: string): boolean {
  const type = environment.releases[server]?.release.source.type;
  const image = images[server];
  const isMissing = image === undefined || (typeof image === 'string' && isUnpushed(image));
  return packages !== undefined && (type === 'npm' || type === 'pypi') && isMissing;
}

function needsImage({ environment }: McpEnvironmentArgs, server: string): boolean {
  const pinned = environment.releases[server];
  return pinned !== undefined && needsBuiltImage(pinned.release);
}
