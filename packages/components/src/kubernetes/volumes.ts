import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import { anyText, either, fields, quantity, text } from '../schema.ts';

type Volume = k8s.types.input.core.v1.Volume;

/** How much a pod may store on a node's disk, per volume. */
const sizeLimit = '1Gi';

/** `/tmp`, because the root file system is read-only. */
export const temporaryVolume: Volume = { name: 'tmp', emptyDir: { sizeLimit } };

/** `/var/lib/lockstep`: an existing claim, or a volume that lives as long as the pod. */
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

/**
 * A new volume, or an existing claim.
 *
 * @example
 * const fresh: Storage = { size: '10Gi' };
 * const kept: Storage = { existingClaim: 'lockstep-state' };
 */
export type Storage = NewVolume | ExistingClaim;

/**
 * A new volume.
 *
 * @example
 * const volume: NewVolume = { size: '10Gi', storageClass: 'fast', volumeName: 'audit-1' };
 */
export interface NewVolume {
  /** For example `1Gi`. */
  readonly size: Input<string>;
  /** The class that makes the volume; an empty text means none. Default: the cluster's own. */
  readonly storageClass?: Input<string>;
  /** The name of a PersistentVolume that was made by hand. Default: any volume. */
  readonly volumeName?: Input<string>;
}

/**
 * A volume that already exists.
 *
 * @example
 * const claim: ExistingClaim = { existingClaim: 'lockstep-state' };
 */
export interface ExistingClaim {
  /** A PersistentVolumeClaim in the namespace. */
  readonly existingClaim: Input<string>;
}

/** A new volume, or an existing claim. */
export const storageSchema = either(
  fields<NewVolume>({ size: quantity, storageClass: anyText.optional(), volumeName: text.optional() }),
  fields<ExistingClaim>({ existingClaim: text }),
);
