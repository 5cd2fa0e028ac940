import { ProviderResource, runtime } from '@pulumi/pulumi';

/** A registered resource. */
interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Inputs as they go to the engine: secrets are wrapped, and unknown values are markers. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly parent: string;
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly custom: boolean;
}

export interface Recorded<Result> {
  readonly resources: readonly Registered[];
  readonly result: Result;
}

/** The part of the monitor's request that is recorded. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

type Answer = (error: unknown, response: { getUrn(): string } | undefined) => void;

/**
 * Runs a program against Pulumi's mocks, and records what reaches the monitor, because mocks alone see neither parents
 * nor options.
 *
 * @param options.unknown whether outputs of resources are unknown, as in a preview of a stack that doesn't exist yet.
 */
export async function record<Result>(
  program: () => Result,
  { unknown = false }: { readonly unknown?: boolean } = {},
): Promise<Recorded<Result>> {
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: unknown ? undefined : `${name}-id`,
        state: unknown
          ? inputs
          : { name, ...inputs, arn: `arn:aws:mock:::${type.split(':').at(-1)}/${name}` },
      }),
      call: ({ token }) => {
        throw new Error(`${token} was called, which isn't mocked.`);
      },
    },
    'project',
    'stack',
    unknown,
  );
  const resources: Registered[] = [];
  const monitor = runtime.getMonitor() as unknown as {
    registerResource(request: Request, answer: Answer): unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) =>
    register(request, (error, response) => {
      resources.push({
        urn: response?.getUrn() ?? '',
        type: request.getType(),
        name: request.getName(),
        inputs: request.getObject().toJavaScript(),
        parent: request.getParent(),
        provider: request.getProvider(),
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
        custom: request.getCustom(),
      });
      answer(error, response);
    });
  const result = program();
  await runtime.disconnect();
  return { resources: resources.toSorted((a, b) => (a.urn < b.urn ? -1 : 1)), result };
}

/** A provider for tests. */
export class AwsProvider extends ProviderResource {
  constructor(name: string) {
    super('aws', name, {});
  }
}
