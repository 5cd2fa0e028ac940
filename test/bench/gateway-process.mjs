// Runs the measured gateway and nothing else. This is JavaScript because stripping types would take 15 MB that no
// deployment pays for.
//
//   fork('gateway-process.mjs', [bundleFolder, stateFolder, legacyUpstreamUrl, modernUpstreamUrl])
import { bundleFolder, startGateway } from '@lockstep/gateway';

const [bundle, stateDir, legacy, modern] = process.argv.slice(2);

const gateway = await startGateway({
  bundle: bundleFolder(bundle),
  launch: async (server) => ({ type: 'http', url: server === 'legacy' ? legacy : modern }),
  stateDir,
  port: 0,
  logLevel: 'warn',
});

process.on('disconnect', async () => {
  await gateway.close();
  process.exit(0);
});
process.send?.({ url: gateway.url, socketPath: gateway.socketPath });
