import { podUser } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';

/** What Pod Security “restricted” requires of a pod. The group owns mounted volumes. */
export const restrictedPod = {
  runAsNonRoot: true,
  runAsUser: podUser,
  runAsGroup: podUser,
  fsGroup: podUser,
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
} satisfies k8s.types.input.core.v1.PodSecurityContext;

/** What it requires of each container, and a read-only root file system. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
} satisfies k8s.types.input.core.v1.SecurityContext;

/**
 * Labels with which a namespace enforces “restricted” for its pods.
 *
 * @example
 * const labels = { ...restrictedNamespace, 'lockstep.dev/owner': 'platform' };
 */
export const restrictedNamespace: Readonly<Record<string, string>> = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
  'pod-security.kubernetes.io/audit': 'restricted',
};
