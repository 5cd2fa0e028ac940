import { type Input, jsonStringify, type Output } from '@pulumi/pulumi';
import type { Conditions, PolicyStatement } from './statement.ts';

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
