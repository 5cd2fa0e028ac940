import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from '@pulumi/policy';
import type { Guardrail, ObjectGuardrail, StackGuardrail } from './guardrail.ts';
import { knownValues } from './known-values.ts';
import { type KubernetesObject, objectOf } from './kubernetes/object.ts';

/** A guardrail in the form that the SDK takes. */
export function policyOf(guardrail: Guardrail): ResourceValidationPolicy | StackValidationPolicy {
  return 'checkObject' in guardrail ? objectPolicy(guardrail) : stackPolicy(guardrail);
}

function objectPolicy({ name, description, checkObject }: ObjectGuardrail): ResourceValidationPolicy {
  return {
    name,
    description,
    validateResource(args, report) {
      const object = readObject(args);
      for (const { message } of object === undefined ? [] : checkObject(object)) report(message);
    },
  };
}

function stackPolicy({ name, description, configSchema, checkStack }: StackGuardrail): StackValidationPolicy {
  return {
    name,
    description,
    ...(configSchema !== undefined && { configSchema }),
    validateStack({ resources, getConfig }, report) {
      const objects = resources.map(readObject).filter((object) => object !== undefined);
      for (const { object, message } of checkStack(objects, getConfig())) report(message, object.urn);
    },
  };
}

function readObject({
  type,
  urn,
  props,
}: Pick<PolicyResource | ResourceValidationArgs, 'type' | 'urn' | 'props'>): KubernetesObject | undefined {
  return type.startsWith('kubernetes:') ? objectOf(type, urn, knownValues(props)) : undefined;
}
