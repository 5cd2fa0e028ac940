import type { PolicyConfigSchema } from '@pulumi/policy';
import type { KubernetesObject } from './kubernetes/object.ts';

/** What a guardrail found on one object. */
export interface Violation {
  readonly object: KubernetesObject;
  /** One sentence: the object and the field, what was found, and what to do. */
  readonly message: string;
}

interface AnyGuardrail {
  /** How configurations name it. */
  readonly name: string;
  /** What the program must hold to, in a sentence. */
  readonly description: string;
}

/** A guardrail that judges each object by itself, before it is deployed. */
export interface ObjectGuardrail extends AnyGuardrail {
  readonly checkObject: (object: KubernetesObject) => readonly Violation[];
}

/** A guardrail that needs to see all objects of the program. */
export interface StackGuardrail extends AnyGuardrail {
  /** What can be configured besides the enforcement level. Default: nothing. */
  readonly configSchema?: PolicyConfigSchema;
  readonly checkStack: (
    objects: readonly KubernetesObject[],
    settings: Readonly<Record<string, unknown>>,
  ) => readonly Violation[];
}

/** What programs are held to. */
export type Guardrail = ObjectGuardrail | StackGuardrail;
