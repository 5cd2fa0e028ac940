import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '@lockstep/model';
import { bridgeKeyFile, type Deployment, volumeFiles } from '@lockstep/model/internal';
import { bundleVolume } from '../bundle/volume.ts';
import type { GatewayOptions } from '../compose/options.ts';
import { startGateway } from '../compose/start-gateway.ts';
import { readBridgeKey } from '../keys/root-key.ts';
import { vaultSource } from '../secrets/vault-source.ts';
import { readSettings } from './settings.ts';

/**
 * Runs a gateway in its pod until it is asked to stop. Then it finishes the calls in flight and seals the audit. If no
 * Secret is mounted for the token file, there are only the tokens that were created through the API.
 *
 * @param argv the arguments after `serve`.
 * @throws ConfigurationError, or Error in one sentence, if it can't start or can't go on.
 */
export async function serve(argv: readonly string[]): Promise<void> {
  const settings = readSettings(argv, process.env);
  const { host, logLevel, publicUrl } = settings;
  const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const bridgeKey = await readBridgeKey(join(settings.keys, bridgeKeyFile));
  let deployed: Deployment | undefined;
  const gateway = await startGateway({
    bundle: bundleVolume(settings.bundle),
    launch: deployedLaunch(bridgeKey !== undefined),
    onDeployment: (deployment) => {
      deployed = deployment;
    },
    secrets: vaultSource(() => deployed, { jwtPath: settings.vaultToken }),
    stateDir: settings.state,
    keysDir: settings.keys,
    ...(existsSync(dirname(settings.tokens)) && { tokenFile: settings.tokens }),
    host,
    port: settings.port,
    metricsHost: host,
    metricsPort: settings.metricsPort,
    allowedHosts: settings.allowedHosts,
    ...(publicUrl !== undefined && { publicUrl }),
    ...(bridgeKey !== undefined && { bridgeKey }),
    logLevel,
    inPod: true,
  });
  try {
    await Promise.race([asked, gateway.closed]);
  } finally {
    await gateway.close();
  }
}

/**
 * Returns the launch of every server, at the address in the deployment.
 *
 * @param hasBridgeKey whether calls to bridges can be signed.
 * @returns a function that throws ConfigurationError for a server that the deployment lacks or that can't be reached.
 */
export function deployedLaunch(hasBridgeKey: boolean): GatewayOptions['launch'] {
  return async (name, _definition, _release, deployment) => {
    const server = deployment?.servers[name];
    if (server === undefined) {
      throw fault(name, 'is missing, but the bundle has this server; deploy both together.');
    }
    if (!server.bridge) return { type: 'http', url: server.url };
    if (!hasBridgeKey) {
      throw fault(
        name,
        "is reached through a bridge, but there is no bridge.key; make one with `lockstep keys create` and put it into the keys' Secret.",
      );
    }
    return { type: 'http', url: server.url, isolation: 'signed' };
  };
}

function fault(server: string, message: string): ConfigurationError {
  return new ConfigurationError([{ path: `${volumeFiles.deployment}: servers.${server}`, message }]);
}
