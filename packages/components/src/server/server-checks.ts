import { defineServers } from '@lockstep/model';
import type { ServerDefinition } from '@lockstep/model/internal';
import { explain, refuse } from '../errors.ts';
import { digestOfImage } from '../kubernetes/image.ts';
import type { McpServerArgs } from './server-args.ts';
import type { LocalDefinition, Runtime } from './server-runtime.ts';

/**
 * The definition, read and with its defaults.
 *
 * @throws RunError naming what is wrong with the name or the definition.
 */
export function readDefinition(who: string, { name, definition }: McpServerArgs): ServerDefinition {
  return explain(who, () => defineServers({ [name]: definition })[name] as ServerDefinition);
}

/**
 * The image to run, by digest.
 *
 * @throws RunError for a missing image, one by tag, or one that isn't what the lock pins.
 */
export function imageOf(who: string, { image, release: { source } }: McpServerArgs): string {
  const pinned =
    source.type === 'image' ? `${source.reference.replace(/@.*$/, '')}@${source.digest}` : undefined;
  const reference = image ?? pinned;
  if (reference === undefined) {
    refuse(who, 'image', 'is missing; give the image that holds the package, by digest.');
  }
  const digest = digestOfImage(who, 'image', reference);
  if (source.type === 'image' && digest !== source.digest) {
    refuse(who, 'image', `is ${digest}, but the lock pins ${source.digest}; lock the one that is to run.`);
  }
  return reference;
}

/** @throws RunError for what a bridge or a volume can't do. */
export function checkWorkload(who: string, args: McpServerArgs, { bridge }: Runtime): void {
  const { replicas = 1, autoscaling, data, keysSecret } = args;
  if (bridge && keysSecret === undefined) {
    refuse(who, 'keysSecret', 'is missing; name the Secret with `bridge.key`, which the gateway signs with.');
  }
  if (!Number.isInteger(replicas) || replicas < 1) {
    refuse(who, 'replicas', `is ${replicas}; it must be a whole number from 1.`);
  }
  const [several] = [replicas > 1 && 'replicas', autoscaling !== undefined && 'autoscaling'].filter(
    (field) => field !== false,
  );
  if (several === undefined) return;
  if (bridge) {
    refuse(
      who,
      several,
      "has no meaning behind a bridge, which keeps each principal's process in its pod; raise processes.max instead.",
    );
  }
  if (data !== undefined) refuse(who, several, "several pods can't share one volume; remove it, or `data`.");
}

/** @throws RunError for a variable that the server can't do without and that nothing sets here. */
export function checkNeeds(
  who: string,
  { needs, run, secrets }: LocalDefinition,
  { env }: Pick<McpServerArgs, 'env'>,
): void {
  const set = { ...run.env, ...env };
  const [missing] = needs.filter((name) => !Object.hasOwn(set, name) && secrets[name]?.delivery !== 'env');
  if (missing === undefined) return;
  refuse(who, `env.${missing}`, 'is missing, and the server needs it; give its value in this cluster.');
}

/** @throws RunError for secrets of the pod that nothing brings there. */
export function checkSecrets(who: string, { secrets }: ServerDefinition, { pod }: McpServerArgs): void {
  const [missing] = Object.keys(secrets).filter((name) => secrets[name]?.delivery !== 'header');
  if (missing === undefined || pod !== undefined) return;
  refuse(who, 'pod', `is missing, and so nothing delivers the secret ${missing}; take it from McpSecrets.`);
}
