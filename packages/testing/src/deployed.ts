import { defineEnvironments, defineServers, type EnvironmentInput } from '@lockstep/model';
import { type Bundle, makeBundle, packBundle, type Release, volumeFiles } from '@lockstep/model/internal';
import { volumeFilesOf } from './kubelet-volume.ts';

type Rule = NonNullable<EnvironmentInput['rules']>[number];

/** What to deploy. */
export interface DeployedWorld {
  /** The locked release of each server in the environment `dev`. */
  readonly releases: Readonly<Record<string, Release>>;
  readonly rules?: readonly Rule[];
  /** The content of `_deployment.json`. Default: every server, at an address where nothing listens. */
  readonly deployment?: unknown;
}

/** The bundle of the environment `dev`. */
export function deployedBundle({ releases, rules = [] }: DeployedWorld): Bundle {
  const names = Object.keys(releases);
  const { dev } = defineEnvironments({
    servers: defineServers(Object.fromEntries(names.map((name) => [name, { remote: { url: remoteUrl } }]))),
    lock: {
      lockVersion: 1,
      servers: Object.fromEntries(names.map((name) => [name, { releases: { '1': releases[name] } }])),
    },
    environments: {
      dev: {
        profile: 'dev',
        releases: Object.fromEntries(names.map((name) => [name, '1'])),
        rules: [...rules],
      },
    },
  });
  if (dev === undefined) throw new Error('no environment');
  return makeBundle(dev);
}

/** All files of a gateway's volume: the bundle and its deployment. */
export function deployedFiles(world: DeployedWorld): Map<string, Uint8Array> {
  const { config, tables, releases } = packBundle(deployedBundle(world));
  const deployment = world.deployment ?? deploymentOf(world.releases);
  return volumeFilesOf(
    [{ ...config, [volumeFiles.deployment]: JSON.stringify(deployment) }, ...tables],
    releases,
  );
}

/** A deployment with every server at one URL. */
export function deploymentOf(servers: object, url = remoteUrl): unknown {
  const names = Object.keys(servers);
  return { deploymentVersion: 1, servers: Object.fromEntries(names.map((name) => [name, { url }])) };
}

/** The URL that the servers were locked from. */
export const remoteUrl = 'http://127.0.0.1:1/mcp';
