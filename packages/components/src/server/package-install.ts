import {
  canonicalJson,
  npmUnpinned,
  podFolders,
  type Release,
  type ServerDefinition,
} from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import { refuse } from '../errors.ts';
import { contentName } from '../kubernetes/names.ts';
import { restrictedContainer } from '../kubernetes/pod-security.ts';
import { egressOfUrl, isSamePlace } from '../network/egress.ts';
import type { McpServerArgs, PackageInstallation } from './server-args.ts';

type Source = Release['source'];
type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;

/** npm's own registry. */
const publicRegistry = 'https://registry.npmjs.org/';

/** The most that a ConfigMap holds, in bytes. */
const maxConfigMapBytes = 1024 * 1024;

/** How much an installed tree may take on a node's disk. */
const sizeLimit = '1Gi';

/** The server whose package is installed. */
interface Installed {
  readonly definition: ServerDefinition;
  readonly image: Input<string>;
  /** The name of its workload. */
  readonly object: string;
}

/** What a pod needs to install its server's package before the server starts. */
export interface InstallPlan {
  /** The ConfigMap with the release's source. Its name changes with its content, so a pod keeps what it began with. */
  readonly configMap: { readonly name: string; readonly data: Readonly<Record<string, string>> };
  readonly container: Container;
  readonly volumes: readonly Volume[];
  /** Where the server's container finds the package. */
  readonly mount: k8s.types.input.core.v1.VolumeMount;
  /** Where the package comes from, for people. */
  readonly note: string;
}

/**
 * Plans the installation of a locked package when a pod starts; undefined if the package is in the image.
 *
 * @param image the gateway's image, which has npm.
 * @throws RunError for a package that can't be installed so, and for a registry that the server doesn't declare.
 */
export function planInstall(
  who: string,
  { packages, release: { source } }: McpServerArgs,
  { definition, image, object }: Installed,
): InstallPlan | undefined {
  if (packages === undefined) return undefined;
  const registry = registryOf(who, packages);
  checkInstallable(who, source);
  checkDeclared(who, registry, definition);
  const text = canonicalJson(source);
  if (Buffer.byteLength(text) > maxConfigMapBytes)
    refuse(who, 'packages', "can't install a tree whose lock is over 1 MiB; run the server from an image.");
  const name = contentName(`${object}-source`, text);
  return {
    configMap: { name, data: { 'source.json': text } },
    container: {
      name: 'install',
      image,
      imagePullPolicy: 'IfNotPresent',
      args: ['install', '--registry', registry],
      resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '1', memory: '512Mi' } },
      securityContext: restrictedContainer,
      volumeMounts: [
        { name: 'tmp', mountPath: podFolders.temporary },
        { name: 'source', mountPath: podFolders.source, readOnly: true },
        { name: 'server', mountPath: podFolders.server },
      ],
    },
    volumes: [
      { name: 'source', configMap: { name } },
      { name: 'server', emptyDir: { sizeLimit } },
    ],
    mount: { name: 'server', mountPath: podFolders.server, readOnly: true },
    note: `installed from ${registry} when the pod starts`,
  };
}

function registryOf(who: string, packages: PackageInstallation): string {
  if (packages === 'install') return publicRegistry;
  const { registry } = packages;
  if (/^https?:$/.test(URL.parse(registry)?.protocol ?? '')) return registry;
  refuse(who, 'packages.registry', `is ${registry}; give the http or https address of a registry for npm.`);
}

function checkInstallable(who: string, source: Source): void {
  if (source.type === 'pypi') {
    refuse(
      who,
      'image',
      "is missing, and the gateway's image has no Python to install the package with; make an image with `lockstep image`.",
    );
  }
  if (source.type !== 'npm') {
    refuse(
      who,
      'packages',
      `can't install a server of the type ${source.type}; leave it out, or give an image.`,
    );
  }
  const [unpinned] = npmUnpinned(source);
  if (unpinned === undefined) return;
  refuse(
    who,
    'release.source',
    `has no integrity for ${unpinned}; lock a release that has one, or give an image.`,
  );
}

/** The server's own egress has to name the registry, because the whole pod can then reach it. */
function checkDeclared(who: string, registry: string, { egress }: ServerDefinition): void {
  const to = egressOfUrl(registry);
  if (egress.some((declared) => isSamePlace(declared, to))) return;
  const { host } = new URL(registry);
  refuse(
    who,
    'definition.egress',
    `lacks ${host}, from which the package is installed; declare it, or run the server from an image.`,
  );
}
