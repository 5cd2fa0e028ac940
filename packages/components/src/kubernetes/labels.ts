import { refuse } from '../errors.ts';

/**
 * Whose an object is, and what it is part of.
 *
 * @example
 * const files: Belonging = { environment: 'prod', owner: 'platform', component: 'server', server: 'files' };
 */
export interface Belonging {
  /** The environment's name. */
  readonly environment: string;
  /** The team that is responsible for it, as a label's value. */
  readonly owner: string;
  /** Which part of an environment it is. */
  readonly component: 'server' | 'gateway' | 'secrets' | 'monitoring';
  /** Set only on a server's objects. Default: none. */
  readonly server?: string;
}

/** The labels of every object. */
export function labelsOf(belonging: Belonging): Record<string, string> {
  return {
    ...selectorOf(belonging),
    'app.kubernetes.io/component': belonging.component,
    'app.kubernetes.io/part-of': 'lockstep',
    'app.kubernetes.io/managed-by': 'pulumi',
    'lockstep.dev/owner': belonging.owner,
    'lockstep.dev/environment': belonging.environment,
  };
}

/**
 * The labels that select one workload's pods. A Deployment's selector can't change, so it contains nothing that may
 * change.
 *
 * @example
 * const gateway = { namespace: 'mcp-prod', podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) };
 */
export function selectorOf({
  environment,
  component,
  server,
}: Omit<Belonging, 'owner'>): Record<string, string> {
  return {
    'app.kubernetes.io/name': component === 'server' ? 'mcp-server' : `lockstep-${component}`,
    'app.kubernetes.io/instance': environment,
    ...(server === undefined ? {} : { 'lockstep.dev/server': server }),
  };
}

/** Whether a string can be a label's value. */
function isLabelValue(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text);
}

/** Whether a string can be a namespace's name. */
export function isNamespaceName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** @throws RunError for a namespace or an owner that the cluster would refuse. */
export function checkPlace(who: string, { namespace, owner }: { namespace: string; owner: string }): void {
  if (!isNamespaceName(namespace)) {
    refuse(
      who,
      'namespace',
      `${JSON.stringify(namespace)} must be 1–63 lower-case letters, digits or \`-\`; choose another name.`,
    );
  }
  if (!isLabelValue(owner)) {
    refuse(
      who,
      'owner',
      `${JSON.stringify(owner)} must be a label's value: 1–63 letters, digits, \`-\`, \`_\` or \`.\`.`,
    );
  }
}
