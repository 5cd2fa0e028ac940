import { type Input, jsonStringify, type Output } from '@pulumi/pulumi';

/** `{ StringEquals: { 'aws:SourceAccount': '111122223333' } }` */
export type Conditions<Text = Input<string>> = Readonly<Record<string, Readonly<Record<string, Text>>>>;

/**
 * What an identity may do, and nothing else: a statement that allows. Which statements and actions there are is plain
 * data, so that a preview shows it; only ARNs and the values of conditions may be outputs.
 */
export interface PolicyStatement {
  /** Letters and digits: what it is for. */
  readonly sid: string;
  /** Each by its whole name: `s3:PutObject`. */
  readonly actions: readonly string[];
  /** ARNs; `*` only together with conditions. */
  readonly resources: readonly Input<string>[];
  /** Default: none. */
  readonly conditions?: Conditions;
}

/** What is wrong with a statement, as field and sentence; undefined when nothing is. */
export function findWide(statement: PolicyStatement): { field: string; message: string } | undefined {
  const { sid, actions, resources, conditions } = statement;
  if (!/^[A-Za-z0-9]+$/.test(sid)) {
    return { field: 'sid', message: `is ${JSON.stringify(sid)}; use letters and digits alone.` };
  }
  if (actions.length === 0) return { field: 'actions', message: `has none in ${sid}; name what is needed.` };
  const wide = actions.find((action) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action));
  if (wide !== undefined) {
    return { field: 'actions', message: `has ${wide} in ${sid}; name each action that is needed, in full.` };
  }
  if (resources.length === 0) return { field: 'resources', message: `has none in ${sid}; name their ARNs.` };
  if (resources.includes('*') && Object.keys(conditions ?? {}).length === 0) {
    return { field: 'resources', message: `has * in ${sid}; name their ARNs, or narrow it by conditions.` };
  }
  return undefined;
}

/** The language of IAM's policies: its only version that counts. */
const version = '2012-10-17';

/** A statement of a policy that belongs to a resource. */
export interface ResourceStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions<string>;
}

/** A resource's own policy as JSON. */
export function resourcePolicy(statements: readonly ResourceStatement[]): string {
  return JSON.stringify({ Version: version, Statement: statements });
}

/** An identity's policy as JSON. */
export function identityPolicy(statements: readonly PolicyStatement[]): Output<string> {
  return jsonStringify({
    Version: version,
    Statement: statements.map(({ sid, actions, resources, conditions }) => ({
      Sid: sid,
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(conditions && { Condition: conditions }),
    })) as Input<unknown>,
  });
}
