import { ConfigurationError } from '@lockstep/model';
import { volumeFiles } from '@lockstep/model/internal';
import type { GatewayOptions } from '../compose/options.ts';

/**
 * Reaches every server where the deployment says that it is.
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
