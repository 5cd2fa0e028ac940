/**
 * A program like those of users, with something of every package. `packages.test.ts` installs it from tarballs and runs
 * it as a CommonJS and as an ES module.
 *
 * @module
 */
import { AuditArchive, WorkloadIdentity } from '@lockstep/aws';
import { McpServer } from '@lockstep/components';
import { verifyExport } from '@lockstep/gateway';
import { sha256 } from '@lockstep/model/internal';
import { Provider } from '@pulumi/kubernetes';
import { ProviderResource, runtime } from '@pulumi/pulumi';

class AwsProvider extends ProviderResource {}

async function main(): Promise<void> {
  const types: string[] = [];
  await runtime.setMocks({
    newResource({ type, name, inputs }) {
      types.push(type);
      return { id: name, state: { name, ...inputs, arn: `arn:aws:mock:::${name}` } };
    },
    call: ({ inputs }) => inputs,
  });
  const aws = new AwsProvider('aws', 'aws', {});
  const archive = new AuditArchive(
    'audit',
    { bucketName: 'acme-mcp-audit', retention: { mode: 'COMPLIANCE', days: 400 } },
    { providers: { aws } },
  );
  const identity = new WorkloadIdentity(
    'docs',
    {
      mode: 'irsa',
      providerArn: 'arn:aws:iam::111122223333:oidc-provider/example',
      issuer: 'https://oidc.example.com',
      namespace: 'mcp',
      serviceAccount: 'mcp-docs',
      statements: archive.appendStatements,
    },
    { provider: aws },
  );
  new McpServer(
    'docs',
    {
      name: 'docs',
      definition: { run: { image: 'example.com/docs', port: 8080 } },
      release: { source: { type: 'image', reference: 'example.com/docs:1', digest: sha256('docs') } },
      environment: 'dev',
      namespace: 'mcp',
      owner: 'platform',
      gateway: { namespace: 'mcp' },
      network: { hostNames: 'cilium' },
      serviceAccountAnnotations: identity.serviceAccountAnnotations,
    },
    { providers: { kubernetes: new Provider('cluster', {}) } },
  );
  await runtime.disconnect();
  const verified = await verifyExport([], []);
  console.log(JSON.stringify({ types, problems: verified.problems.length }));
}

main();
