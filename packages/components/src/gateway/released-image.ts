import type { Input } from '@pulumi/pulumi';
import manifest from '../../package.json' with { type: 'json' };
import { refuse } from '../errors.ts';

/** What a release adds to this package's manifest before it packs; a checkout has none of it. */
export interface ReleasedManifest {
  lockstep?: { readonly gatewayImage: string };
}

/**
 * The image that a gateway runs: the one that is given, or else the one that was released with this package.
 *
 * @throws RunError where there is neither.
 */
export function imageOfGateway(who: string, field: string, given: Input<string> | undefined): Input<string> {
  const released = (manifest as ReleasedManifest).lockstep?.gatewayImage;
  const image = given ?? released;
  if (image !== undefined) return image;
  refuse(
    who,
    field,
    "is missing, and only a released @lockstep/components knows an image of its own; build and push the gateway's, and give its reference with the digest.",
  );
}
