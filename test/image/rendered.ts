import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { volumeFilesOf } from '@lockstep/testing/kubelet-volume';
import { parse } from 'yaml';

/** A container that `lockstep render` wrote. */
export interface RenderedContainer {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The one container of a Deployment in a folder of manifests. */
export function renderedContainer(folder: string, deployment: string): RenderedContainer {
  const [found] = read(folder, `*-deployment-${deployment}.yaml`) as {
    spec: { template: { spec: { containers: [RenderedContainer] } } };
  }[];
  if (found === undefined) throw new Error(`${folder} has no Deployment ${deployment}`);
  return found.spec.template.spec.containers[0];
}

/** The files that the gateway's pod mounts as its bundle. */
export function renderedBundle(folder: string): Map<string, Uint8Array> {
  const maps = read(folder, '*-configmap-lockstep-gateway-{config,table-*,release-*}.yaml') as ConfigMap[];
  return volumeFilesOf(
    maps.map(({ data = {} }) => data),
    maps.map(({ binaryData = {} }) => binaryData),
  );
}

function read(folder: string, glob: string): unknown[] {
  return globSync(glob, { cwd: folder }).map((name) => parse(readFileSync(join(folder, name), 'utf8')));
}
