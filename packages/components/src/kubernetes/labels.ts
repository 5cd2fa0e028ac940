import { gatewayWorkload } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { refuse } from '../errors.ts';
import { checked } from '../inputs.ts';

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
  readonly owner: Input<string>;
  /** Which part of an environment it is. */
  readonly component: 'server' | 'gateway' | 'keys' | 'secrets' | 'monitoring';
  /** Set only on a server's objects. Default: none. */
  readonly server?: string;
}

/** What an object is called, where it is, and whose it is. */
export interface ObjectMetadata {
  readonly name: string;
  readonly namespace: Input<string>;
  readonly labels: Record<string, Input<string>>;
  readonly annotations?: Input<Record<string, Input<string>>>;
}

/** The labels of every object. */
export function labelsOf(belonging: Belonging): Record<string, Input<string>> {
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
    [gatewayWorkload.label]: component === 'server' ? 'mcp-server' : `lockstep-${component}`,
    [gatewayWorkload.environmentLabel]: environment,
    ...(server === undefined ? {} : { 'lockstep.dev/server': server }),
  };
}

/** Whether a string can be a label's value. */
function isLabelValue(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text);
}

/** @throws RunError for a name that no namespace could have. */
export function checkName(who: string, field: string, name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return;
  refuse(
    who,
    field,
    `${JSON.stringify(name)} must be 1–63 lower-case letters, digits or \`-\`; choose another name.`,
  );
}

/** Where objects are, and whose. */
export interface Place {
  readonly namespace: Input<string>;
  readonly owner: Input<string>;
}

/**
 * Checks a place. Use the result, so that what is known only later is checked too.
 *
 * @throws RunError for a namespace or an owner that the cluster would refuse.
 */
export function checkPlace(who: string, { namespace, owner }: Place): Place {
  return {
    namespace: checked(namespace, (known) => checkName(who, 'namespace', known)),
    owner: checked(owner, (known) => {
      if (isLabelValue(known)) return;
      refuse(
        who,
        'owner',
        `${JSON.stringify(known)} must be a label's value: 1–63 letters, digits, \`-\`, \`_\` or \`.\`.`,
      );
    }),
  };
}
