import type { Input } from '@pulumi/pulumi';

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
