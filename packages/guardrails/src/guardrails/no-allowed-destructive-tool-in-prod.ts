import { ConfigurationError } from '@lockstep/model';
import type { PermissionEntry } from '@lockstep/model/internal';
import { bundleOf, gatewayConfigs, type Member, prodConfigs, shareHome } from '../bundle/environment.ts';
import type { StackGuardrail, Violation } from '../guardrail.ts';
import { listAt } from '../kubernetes/field.ts';
import { type KubernetesObject, shown } from '../kubernetes/object.ts';
import { isGateway, type Pod, podsOf } from '../kubernetes/pod.ts';

/** What can't be undone waits for a human, unless somebody wrote down that it needn't. */
export const noAllowedDestructiveToolInProd: StackGuardrail = {
  name: 'no-allowed-destructive-tool-in-prod',
  description: 'In prod, a destructive tool needs approval or is denied, unless the configuration names it.',
  configSchema: {
    properties: {
      tools: {
        type: 'array',
        items: { type: 'string', pattern: '^[a-z0-9-]+/.+$' },
        description: 'Destructive tools that may be allowed in prod, as server/tool. Default: none.',
        default: [],
      },
    },
  },
  checkStack(objects, settings) {
    const named = listAt(settings, 'tools');
    return [
      ...prodConfigs(objects).flatMap((config) => checkBundle(config, objects, named)),
      ...gatewaysWithoutBundle(objects).map(({ object }) => ({
        object,
        message: `${shown(object)}: no ConfigMap of this program holds its bundle, so nobody can tell what it allows; deploy both with McpGateway.`,
      })),
    ];
  },
};

function checkBundle(
  config: Member,
  objects: readonly KubernetesObject[],
  named: readonly unknown[],
): Violation[] {
  const { object } = config;
  try {
    const { table } = bundleOf(config, objects);
    return table.entries
      .filter((entry) => entry.class === 'destructive' && !named.includes(entry.target))
      .flatMap((entry) => checkEntry(object, table.environment, entry));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [finding] = error.findings;
    return [
      { object, message: `${shown(object)}: the bundle can't be read: ${finding?.path} ${finding?.message}` },
    ];
  }
}

function checkEntry(object: KubernetesObject, environment: string, entry: PermissionEntry): Violation[] {
  const clause = entry.clauses.find(({ decision }) => decision.type === 'allow');
  if (clause === undefined) return [];
  const message = `${shown(object)}: ${entry.target} is destructive, but ${clause.from} allows it in ${environment} without approval; let it wait for approval, or name it in this guardrail's \`tools\`.`;
  return [{ object, message }];
}

function gatewaysWithoutBundle(objects: readonly KubernetesObject[]): readonly Pod[] {
  const configs = gatewayConfigs(objects);
  return podsOf(objects).filter((pod) => isGateway(pod) && !configs.some((config) => shareHome(config, pod)));
}
