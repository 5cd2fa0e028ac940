import type { Egress } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';

/** What a server's pods get beside what their definition says: how secrets come into them. Never a secret's value. */
export interface PodAdditions {
  /** Variables of the server's container, as references to Secrets. */
  readonly env?: readonly k8s.types.input.core.v1.EnvVar[];
  readonly volumes?: readonly k8s.types.input.core.v1.Volume[];
  /** Mounts of the server's container. */
  readonly volumeMounts?: readonly k8s.types.input.core.v1.VolumeMount[];
  /** Annotations of the pods. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where what comes into the pods connects to by itself. */
  readonly egress?: readonly Egress[];
}
