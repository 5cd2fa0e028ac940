import type { ServerDefinition } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import { restrictedPod } from '../kubernetes/pod-security.ts';
import { overridePodTemplate, type PodTemplate } from '../kubernetes/pod-template.ts';
import { spreadOver } from '../kubernetes/spread.ts';
import { stateVolume, temporaryVolume } from '../kubernetes/volumes.ts';
import type { McpServerArgs } from './args.ts';
import { drainSeconds, serverContainer } from './container.ts';
import type { ServerObjectNames } from './plan.ts';
import type { Runtime } from './runtime.ts';

type Volume = k8s.types.input.core.v1.Volume;

/** The longest that a pod may take to end, in seconds: a node that is drained waits for it. */
const longestGrace = 300;

/** The pods of a server: restricted, without a service-account token, and with time to end a call. */
export function serverPod(
  args: McpServerArgs,
  definition: ServerDefinition,
  runtime: Runtime,
  image: string,
  { object, labels, selector }: ServerObjectNames,
): PodTemplate {
  const { annotations } = args.pod ?? {};
  const template: PodTemplate = {
    metadata: { labels, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      serviceAccountName: object,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: restrictedPod,
      terminationGracePeriodSeconds: Math.min(
        longestGrace,
        drainSeconds + Math.ceil(definition.timeouts.call) + 5,
      ),
      topologySpreadConstraints: spreadOver(selector),
      containers: [serverContainer(args, definition, runtime, image)],
      volumes: volumesOf(args, runtime),
    },
  };
  return overridePodTemplate(template, args.podTemplate, selector);
}

function volumesOf({ data, keysSecret, volumes = [], pod }: McpServerArgs, { bridge }: Runtime): Volume[] {
  return [
    temporaryVolume,
    // A new volume comes from the StatefulSet's claim template, under the same name.
    ...(data === undefined || 'existingClaim' in data ? [stateVolume(data)] : []),
    ...(bridge && keysSecret !== undefined ? [bridgeKey(keysSecret)] : []),
    ...volumes.map(({ name, source }) => ({ name, ...source })),
    ...(pod?.volumes ?? []),
  ];
}

/** Of the gateway's keys a bridge gets the one that it must know. */
function bridgeKey(secretName: string): Volume {
  const items = [{ key: 'bridge.key', path: 'bridge.key' }];
  return { name: 'bridge-key', secret: { secretName, defaultMode: 0o440, items } };
}
