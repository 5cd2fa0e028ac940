import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { credentials } from '@grpc/grpc-js';
import { AnalyzerClient } from '@pulumi/pulumi/proto/analyzer_grpc_pb.js';
import messages from '@pulumi/pulumi/proto/analyzer_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import struct from 'google-protobuf/google/protobuf/struct_pb.js';

/** A policy pack that runs as the engine runs it. */
export interface RunningPack extends AsyncDisposable {
  /** The names of its policies. */
  policies(): Promise<readonly string[]>;
  /** What it says about a resource. */
  analyze(type: string, props: Record<string, unknown>): Promise<readonly string[]>;
}

/**
 * Starts a policy pack as the engine does, without the engine: with the SDK's own runner, in the pack's folder. The
 * runner prints the port of its server.
 */
export async function startPack(folder: string): Promise<RunningPack> {
  const runner = createRequire(join(folder, 'package.json')).resolve('@pulumi/pulumi/cmd/run-policy-pack');
  const child = spawn(process.execPath, [runner, '127.0.0.1:1', '.'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value: port } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (port === undefined) throw new Error('The pack ended before it served.');
  const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    policies: () =>
      new Promise((settle, fail) => {
        client.getAnalyzerInfo(new empty.Empty(), (error, info) =>
          error ? fail(error) : settle(info.getPoliciesList().map((policy) => policy.getName())),
        );
      }),
    analyze: (type, props) =>
      new Promise((settle, fail) => {
        const request = new messages.AnalyzeRequest();
        request.setType(type);
        request.setUrn(`urn:pulumi:live::acme::${type}::mine`);
        request.setName('mine');
        request.setProperties(struct.Struct.fromJavaScript(props as Record<string, struct.JavaScriptValue>));
        request.setOptions(new messages.AnalyzerResourceOptions());
        client.analyze(request, (error, response) =>
          error ? fail(error) : settle(response.getDiagnosticsList().map((one) => one.getMessage())),
        );
      }),
    async [Symbol.asyncDispose]() {
      client.close();
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
