import * as pulumi from '@pulumi/pulumi';

/** One registration, as an engine would see it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** The complete name, with the types of its parents. */
  readonly urn: string;
  readonly parent: string;
  /** The provider's name; empty for a default provider and for components. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly dependencies: readonly string[];
  /** Former URNs, or former names under the same parent. */
  readonly aliases: readonly string[];
  /** Plain values. Secrets are wrapped, and unknown values are missing. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at all parts of it
  readonly inputs: any;
}

/**
 * Runs a program against a monitor that records what is registered, including what mocks alone don't show: parents,
 * providers and protection.
 *
 * @param preview whether outputs of resources are unknown, as in a preview of a stack that doesn't exist yet.
 * @param names gets the name of everything that is registered, also by a program that fails.
 */
export async function record(
  program: () => void,
  preview = false,
  names: string[] = [],
): Promise<Registered[]> {
  const inputs = new Map<string, unknown>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given, id }) => {
        inputs.set(`${type}::${name}`, given);
        return { id: preview ? undefined : id || `${name}-id`, state: given };
      },
      call: ({ token }) => {
        throw new Error(`nothing may be called here: ${token}`);
      },
    },
    'project',
    'stack',
    preview,
  );
  const found: Omit<Registered, 'inputs'>[] = [];
  const monitor = pulumi.runtime.getMonitor() as Monitor;
  const { registerResource } = monitor;
  monitor.registerResource = function recording(request, callback) {
    registerResource.call(this, request, (error, response) => {
      if (response !== undefined) found.push(registeredOf(request, response.getUrn()));
      if (!request.getType().startsWith('pulumi:')) names.push(request.getName());
      callback(error, response);
    });
  };
  try {
    program();
  } finally {
    await pulumi.runtime.disconnect();
  }
  return found
    .filter(({ type }) => !type.startsWith('pulumi:'))
    .map((one) => ({ ...one, inputs: inputs.get(`${one.type}::${one.name}`) }))
    .toSorted((a, b) => (a.urn < b.urn ? -1 : 1));
}

/** The part of the monitor's protocol that is recorded. */
interface Monitor {
  registerResource(request: Request, callback: Callback): void;
}

type Callback = (error: unknown, response?: { getUrn(): string }) => void;

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDependenciesList(): string[];
  getAliasesList(): { getUrn(): string; getSpec(): { getName(): string } | undefined }[];
}

function registeredOf(request: Request, urn: string): Omit<Registered, 'inputs'> {
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: request.getParent(),
    provider: request.getProvider().split('::')[3] ?? '',
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    dependencies: request.getDependenciesList().toSorted(),
    aliases: request.getAliasesList().map((alias) => alias.getSpec()?.getName() ?? alias.getUrn()),
  };
}
