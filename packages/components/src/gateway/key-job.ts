import * as k8s from '@pulumi/kubernetes';
import type { Input, Resource } from '@pulumi/pulumi';
import { labelsOf, type ObjectMetadata, selectorOf } from '../kubernetes/labels.ts';
import { objectName } from '../kubernetes/names.ts';
import { restrictedContainer, restrictedPod } from '../kubernetes/pod-security.ts';
import { type PodSettings, podSettingsSpec } from '../kubernetes/pod-settings.ts';
import { planApiServerTraffic } from '../network/api-server.ts';
import { createTraffic } from '../network/traffic.ts';
import type { McpGatewayArgs } from './gateway-args.ts';
import type { GatewayPlan } from './gateway-plan.ts';

/**
 * Creates the Job that makes the environment's keys in the cluster. The keys' Secret isn't a resource of the stack: so
 * no key is in the state, and it stays when the stack goes. The gateway's pod waits for it.
 */
export function createKeyJob(
  parent: Resource,
  name: string,
  args: McpGatewayArgs,
  { image, keysSecret, metadata: { name: gateway, namespace } }: GatewayPlan,
): void {
  const belonging = { environment: args.environment.name, owner: args.owner, component: 'keys' } as const;
  const object = objectName(gateway, 'keys');
  const metadata = { name: object, namespace, labels: labelsOf(belonging) };
  const opts = { parent };
  const traffic = planApiServerTraffic(selectorOf(belonging), args.network);
  const { policy, hosts } = createTraffic(`${name}-keys`, metadata, traffic, opts);
  const account = new k8s.core.v1.ServiceAccount(
    `${name}-keys-account`,
    { metadata, automountServiceAccountToken: false },
    opts,
  );
  const rules = [onlySecret(keysSecret)];
  const role = new k8s.rbac.v1.Role(`${name}-keys-role`, { metadata, rules }, opts);
  const binding = new k8s.rbac.v1.RoleBinding(
    `${name}-keys-binding`,
    {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: object },
      subjects: [{ kind: 'ServiceAccount', name: object, namespace }],
    },
    opts,
  );
  const template = keyPod(args, metadata, image, keysSecret);
  new k8s.batch.v1.Job(
    `${name}-keys`,
    { metadata, spec: { backoffLimit: 6, template } },
    { parent, dependsOn: [policy, ...hosts, account, role, binding] },
  );
}

/**
 * Both verbs are for one request, an apply on the server, which is checked for `create` with the object's name. A plain
 * create has no name when it is checked, so this rule doesn't allow it.
 */
function onlySecret(secret: Input<string>): k8s.types.input.rbac.v1.PolicyRule {
  return { apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['create', 'patch'] };
}

/** The pod of the gateway's image. Another run finds the keys, and leaves them as they are. */
function keyPod(
  settings: PodSettings,
  { name, labels }: ObjectMetadata,
  image: Input<string>,
  secret: Input<string>,
): k8s.types.input.core.v1.PodTemplateSpec {
  return {
    metadata: { labels: { ...settings.labels, ...labels } },
    spec: {
      ...podSettingsSpec(settings),
      serviceAccountName: name,
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      restartPolicy: 'OnFailure',
      securityContext: restrictedPod,
      containers: [
        {
          name: 'keys',
          image,
          imagePullPolicy: 'IfNotPresent',
          args: ['keys', '--secret', secret],
          resources: {
            requests: { cpu: '50m', memory: '128Mi' },
            limits: { cpu: '1', memory: '256Mi' },
          },
          securityContext: restrictedContainer,
        },
      ],
    },
  };
}
