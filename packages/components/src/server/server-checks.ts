import { defineServers } from '@lockstep/model';
import type { ServerDefinition } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { explain, refuse } from '../errors.ts';
import { checked } from '../inputs.ts';
import { checkImage, digestOfImage } from '../kubernetes/image.ts';
import type { McpServerArgs } from './server-args.ts';
import type { LocalDefinition, Runtime } from './server-runtime.ts';

/**
 * Parses the definition and fills in its defaults.
 *
 * @throws RunError that names what is wrong with the name or the definition.
 */
export function readDefinition(who: string, { name, definition }: McpServerArgs): ServerDefinition {
  return explain(who, () => defineServers({ [name]: definition })[name] as ServerDefinition);
}

/**
 * Returns the image to run, by digest.
 *
 * @throws RunError for a missing image, an image by tag, or one that the lock doesn't pin.
 */
export function imageOf(who: string, { image, release: { source } }: McpServerArgs): Input<string> {
  const pinned =
    source.type === 'image' ? `${source.reference.replace(/@.*$/, '')}@${source.digest}` : undefined;
  const reference = image ?? pinned;
  if (reference === undefined) {
    refuse(who, 'image', 'is missing; give the image that holds the package, by digest.');
  }
  return checked(checkImage(who, 'image', reference), (known) => {
    const digest = digestOfImage(who, 'image', known);
    if (source.type !== 'image' || digest === source.digest) return;
    refuse(who, 'image', `is ${digest}, but the lock pins ${source.digest}; lock the image that should run.`);
  });
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
  if (data !== undefined)
    refuse(who, several, "several pods can't share one volume; remove this field or `data`.");
}

/** @throws RunError for a variable that the server needs and that nothing sets. */
export function checkNeeds(
  who: string,
  { needs, run, secrets }: LocalDefinition,
  { env }: Pick<McpServerArgs, 'env'>,
): void {
  const set = { ...run.env, ...env };
  const [missing] = needs.filter((name) => !Object.hasOwn(set, name) && secrets[name]?.delivery !== 'env');
  if (missing === undefined) return;
  refuse(who, `env.${missing}`, 'is missing, but the server needs it; give its value for this cluster.');
}

/** @throws RunError for `env` and `file` secrets that nothing delivers. */
export function checkSecrets(who: string, { secrets }: ServerDefinition, { pod }: McpServerArgs): void {
  const [missing] = Object.keys(secrets).filter((name) => secrets[name]?.delivery !== 'header');
  if (missing === undefined || pod !== undefined) return;
  refuse(who, 'pod', `is missing, so nothing delivers the secret ${missing}; take it from McpSecrets.`);
}
