import { Resolver } from 'node:dns/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Agent, fetch } from 'undici';

/** The node's address, at which the cluster's DNS answers; see node.sh. */
export const nodeAddress = '10.88.6.1';

const resolver = new Resolver();
resolver.setServers([nodeAddress]);

/** Connects to Services by their cluster names, as a pod would. */
export const inCluster = new Agent({
  connect: {
    lookup: (name, options, callback) => {
      resolver.resolve4(name).then(
        (addresses) => {
          const found = addresses.map((address) => ({ address, family: 4 }));
          if (options.all === true) callback(null, found);
          else callback(null, found[0]?.address ?? '', 4);
        },
        (error: Error) => callback(error, '', 4),
      );
    },
  },
});

/** Runs `work` with an MCP client that is connected to a Service. */
export async function withClient<T>(
  url: string,
  token: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ name: 'cluster-test', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: ((input: string, init: object) => fetch(input, { ...init, dispatcher: inCluster })) as never,
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
