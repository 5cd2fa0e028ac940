import { type Input, jsonStringify, type Output } from '@pulumi/pulumi';

/**
 * `{ StringEquals: { 'aws:SourceAccount': '111122223333' } }`
 *
 * @example
 * const conditions: Conditions = { StringEquals: { 'aws:SourceAccount': '111122223333' } };
 */
export type Conditions<Text = Input<string>> = Readonly<Record<string, Readonly<Record<string, Text>>>>;

/**
 * A statement of what an identity may do; everything else is denied. Statements and actions are plain data, so that a
 * preview shows them. Only ARNs and the values of conditions may be outputs.
 *
 * @example
 * const statement: PolicyStatement = {
 *   sid: 'Send',
 *   actions: ['ses:SendEmail'],
 *   resources: ['*'],
 *   conditions: { StringEquals: { 'ses:FromAddress': 'agents@example.com' } },
 * };
 */
export interface PolicyStatement {
  /** The purpose, in letters and digits. */
  readonly sid: string;
  /** Actions by their full names, such as `s3:PutObject`. */
  readonly actions: readonly string[];
  /** ARNs; `*` only together with conditions. */
  readonly resources: readonly Input<string>[];
  /** When it applies. Default: always. */
  readonly conditions?: Conditions;
}

/** What is wrong with a statement, as field and sentence; undefined if nothing is. */
export function findWide(statement: PolicyStatement): { field: string; message: string } | undefined {
  const { sid, actions, resources, conditions } = statement;
  if (!/^[A-Za-z0-9]+$/.test(sid)) {
    return { field: 'sid', message: `is ${JSON.stringify(sid)}; use only letters and digits.` };
  }
  if (actions.length === 0)
    return { field: 'actions', message: `is empty in ${sid}; name the needed actions.` };
  const wide = actions.find((action) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action));
  if (wide !== undefined) {
    return { field: 'actions', message: `has ${wide} in ${sid}; name each needed action in full.` };
  }
  if (resources.length === 0)
    return { field: 'resources', message: `is empty in ${sid}; name the ARNs of resources.` };
  if (resources.includes('*') && Object.keys(conditions ?? {}).length === 0) {
    return { field: 'resources', message: `has * in ${sid}; name the ARNs of resources, or add conditions.` };
  }
  return undefined;
}

/** The only current version of IAM's policy language. */
const version = '2012-10-17';

/** A statement of a resource's policy. */
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
