import type { Finding } from '@lockstep/model';
import { parseAllDocuments } from 'yaml';
import { type PlainValues, plainValues, unknownValue } from './values.ts';

/** A resource that a program registered. */
export interface RegisteredResource extends PlainValues {
  readonly urn: string;
  /** As in `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  /** `false` for components. */
  readonly custom: boolean;
  /** Whether a provider would make the children of this component. */
  readonly remote: boolean;
  /** The URN and id of its provider; empty: the default one. */
  readonly provider: string;
  /** Whether it has `transforms`, which only the engine can apply. */
  readonly transforms: boolean;
}

/** The part of `@pulumi/pulumi`'s runtime that is used, whichever version the program has. */
export interface PulumiRuntime {
  setMocks(mocks: object, project: string, stack: string, preview: boolean): Promise<void>;
  setAllConfig(values: Readonly<Record<string, string>>, secretKeys: readonly string[]): void;
  runInPulumiStack(init: () => Promise<unknown>): Promise<unknown>;
  disconnect(): Promise<void>;
  getMonitor(): Record<string, unknown>;
}

interface Struct {
  toJavaScript(): Record<string, unknown>;
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getRemote(): boolean;
  getProvider(): string;
  getTransformsList(): readonly unknown[];
  getObject(): Struct;
}

interface RegisterResponse {
  getUrn(): string;
  setObject(value: Struct): void;
}

type Callback<T> = (error: Error | null, response?: T) => void;
type Register = (request: RegisterRequest, callback: Callback<RegisterResponse>) => void;

/** What a program registered, and what it asked of providers that can't be answered without them. */
export interface Recorded {
  readonly resources: RegisteredResource[];
  readonly refused: Finding[];
}

/**
 * Puts a monitor in the engine's place that keeps what is registered and answers as a preview does: with what was
 * given, and unknown values for the rest.
 */
export async function recordResources(
  runtime: PulumiRuntime,
  project: string,
  stack: string,
): Promise<Recorded> {
  const recorded: Recorded = { resources: [], refused: [] };
  await runtime.setMocks(
    {
      newResource: () => ({ id: undefined, state: {} }),
      call: ({ token, inputs }: { token: string; inputs: unknown }) =>
        answer(token, inputs, recorded.refused),
    },
    project,
    stack,
    true,
  );
  const monitor = runtime.getMonitor();
  const register = (monitor.registerResource as Register).bind(monitor);
  monitor.registerResource = (request: RegisterRequest, callback: Callback<RegisterResponse>) => {
    const raw = request.getObject().toJavaScript();
    register(request, (error, response) => {
      if (response !== undefined) {
        recorded.resources.push({
          urn: response.getUrn(),
          type: request.getType(),
          name: request.getName(),
          custom: request.getCustom(),
          remote: request.getRemote(),
          provider: request.getProvider(),
          transforms: request.getTransformsList().length > 0,
          ...plainValues(raw),
        });
        // The mocks lose what is unknown or secret on the way.
        response.setObject(outputsOf(request, raw));
      }
      callback(error, response);
    });
  };
  return recorded;
}

/** Inputs come back as outputs. A name that nobody gave is the provider's to choose. */
function outputsOf(request: RegisterRequest, raw: Record<string, unknown>): Struct {
  const { metadata } = raw;
  if (!request.getCustom() || !request.getType().startsWith('kubernetes:')) return request.getObject();
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null || 'name' in metadata)) {
    return request.getObject();
  }
  const { fromJavaScript } = request.getObject().constructor as unknown as {
    fromJavaScript(value: object): Struct;
  };
  return fromJavaScript({ ...raw, metadata: { ...metadata, name: unknownValue } });
}

function answer(token: string, inputs: unknown, refused: Finding[]): object {
  if (token === 'kubernetes:yaml:decode' && hasText(inputs)) return { result: objectsIn(inputs.text) };
  const message =
    "asks its provider, which only a real preview can; give the value in the stack's configuration.";
  refused.push({ path: token, message });
  const text = `${token}: ${message}`;
  // The SDK tells the details of gRPC's errors, and nothing else.
  throw Object.assign(new Error(text), { details: text });
}

/** The objects of a YAML text, lists taken apart. */
export function objectsIn(text: string): unknown[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null && object !== undefined)
    .flatMap((object) => (isList(object) ? object.items : [object]));
}

function isList(object: unknown): object is { items: unknown[] } {
  return (
    typeof object === 'object' &&
    object !== null &&
    'kind' in object &&
    object.kind === 'List' &&
    'items' in object &&
    Array.isArray(object.items)
  );
}

function hasText(inputs: unknown): inputs is { text: string } {
  return typeof inputs === 'object' && inputs !== null && 'text' in inputs && typeof inputs.text === 'string';
}
