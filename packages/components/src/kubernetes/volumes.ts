import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';

type Volume = k8s.types.input.core.v1.Volume;

/** The most that a pod may leave on a node's disk, per volume. */
const sizeLimit = '1Gi';

/** `/tmp`, since the root file system can't be written. */
export const temporaryVolume: Volume = { name: 'tmp', emptyDir: { sizeLimit } };

/** `/var/lib/lockstep`: a claim that exists, or as long-lived as the pod. */
export function stateVolume(claim: ExistingClaim | undefined): Volume {
  return claim === undefined
    ? { name: 'state', emptyDir: { sizeLimit } }
    : { name: 'state', persistentVolumeClaim: { claimName: claim.existingClaim } };
}

/** What a claim asks for. */
export function claimSpec({
  size,
  storageClass,
  volumeName,
}: NewVolume): k8s.types.input.core.v1.PersistentVolumeClaimSpec {
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: size } },
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    ...(volumeName === undefined ? {} : { volumeName }),
  };
}

/** A new volume, or one that exists. */
export type Storage = NewVolume | ExistingClaim;

/** A volume that is made. */
export interface NewVolume {
  /** As in `1Gi`. */
  readonly size: Input<string>;
  /** Default: the cluster's own; an empty text means none. */
  readonly storageClass?: Input<string>;
  /** A PersistentVolume made by hand. Default: any. */
  readonly volumeName?: Input<string>;
}

/** A volume that is there already. */
export interface ExistingClaim {
  /** A PersistentVolumeClaim in the namespace. */
  readonly existingClaim: Input<string>;
}
