import type { Finding } from '@lockstep/model';
import { compareText, unpushedDigest } from '@lockstep/model/internal';
import { installedPackages } from './installed-packages.ts';
import type { RegisteredResource } from './mock-monitor.ts';
import { type KubernetesObject, objectsOf, type Withheld } from './object.ts';
import type { PulumiProject } from './pulumi-project.ts';
import { runProgram } from './run-program.ts';
import type { Registered } from './run-stack.ts';

/** What came of rendering a stack. */
export interface StackRendering extends Rendering {
  /** What went wrong in the program itself. */
  readonly problems: readonly Finding[];
  /** Whether the program didn't come to its end, so that objects may be missing. */
  readonly failed: boolean;
}

/**
 * The Kubernetes objects of environments, by name: the stacks of these names of a Pulumi program, run without an
 * engine.
 *
 * @param stacks which they are; the program's process is started while they are still awaited.
 * @param cwd the folder that paths in messages are relative to.
 */
export async function renderStacks(
  project: PulumiProject,
  stacks: Promise<readonly string[]> | readonly string[],
  cwd: string,
): Promise<ReadonlyMap<string, StackRendering>> {
  const ran = await runProgram(project, stacks, cwd);
  return new Map(
    (await stacks).flatMap((stack) => {
      const registered = ran.get(stack);
      return registered === undefined ? [] : [[stack, renderingOf(registered)]];
    }),
  );
}

function renderingOf({ resources, problems, failed }: Registered): StackRendering {
  const rendering = renderObjects(resources);
  return {
    ...rendering,
    failed,
    problems: [...problems, ...repeatedUrns(resources).toSorted(byPath)],
    findings: rendering.findings.toSorted(byPath),
  };
}

/** An engine refuses two resources of the same type, parent and name. */
function repeatedUrns(
  resources: readonly { readonly urn: string; readonly type: string; readonly name: string }[],
): Finding[] {
  const seen = new Set<string>();
  const repeated = resources.filter(({ urn }) => seen.size === seen.add(urn).size);
  return repeated.map(({ type, name }) => ({
    path: `${type} ${name}`,
    message: 'is registered twice; give one of them another name.',
  }));
}

/** Resources register in no order that would be the same every time. */
function byPath(a: Finding, b: Finding): number {
  return compareText(a.path, b.path);
}

/** What becomes of the resources of one program. */
export interface Rendering {
  readonly objects: readonly KubernetesObject[];
  readonly withheld: readonly Withheld[];
  /** What keeps objects from being written. */
  readonly findings: readonly Finding[];
  /** What a person should know of what was written. */
  readonly warnings: readonly Finding[];
  /** How many resources of other providers there are, by type. */
  readonly others: Readonly<Record<string, number>>;
}

/** Sorts a program's resources into Kubernetes objects, what can't be one, and what isn't for a cluster. */
function renderObjects(resources: readonly RegisteredResource[]): Rendering {
  const found = { objects: [], withheld: [], findings: [], others: {} } as {
    objects: KubernetesObject[];
    withheld: Withheld[];
    findings: Finding[];
    others: Record<string, number>;
  };
  // They register in no order that would be the same every time.
  const sorted = resources.toSorted((a, b) => compareText(a.urn, b.urn));
  const providers = new Map(resources.filter(isProvider).map((provider) => [provider.urn, provider]));
  const seen = new Map<string, string>();
  for (const resource of sorted) {
    const path = `${resource.type} ${resource.name}`;
    if (resource.transforms) {
      const message =
        'has `transforms`, which are applied by the engine alone; use `transformations` or arguments.';
      found.findings.push({ path, message });
    }
    if (!resource.type.startsWith('kubernetes:')) {
      if (resource.custom && !/^pulumi:/.test(resource.type)) {
        found.others[resource.type] = (found.others[resource.type] ?? 0) + 1;
      }
      continue;
    }
    if (!resource.custom && !resource.remote) continue;
    const made = objectsOf(resource, providers.get(resource.provider.replace(/::[^:]*$/, '')));
    found.findings.push(...made.findings);
    found.withheld.push(...made.withheld);
    for (const object of made.objects) {
      const id = idOf(object);
      const first = seen.get(id);
      seen.set(id, path);
      if (first !== undefined) {
        const message = `is the same ${object.kind} ${object.metadata.name} as ${first}; name one of them otherwise.`;
        found.findings.push({ path, message });
        continue;
      }
      found.objects.push(object);
    }
  }
  const others = Object.fromEntries(Object.entries(found.others).toSorted(([a], [b]) => compareText(a, b)));
  return {
    ...found,
    warnings: [...unpushedImages(found.objects), ...installedPackages(found.objects)],
    others,
  };
}

function isProvider({ type }: RegisteredResource): boolean {
  return type === 'pulumi:providers:kubernetes';
}

/** What tells an object from all others. Two versions of one group are the same object. */
export function idOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return [apiVersion.replace(/\/?[^/]*$/, ''), kind, metadata.namespace ?? '', metadata.name].join('|');
}

/** Names the images that were never pushed: their digests are all zeros. */
function unpushedImages(objects: readonly KubernetesObject[]): Finding[] {
  // Words first: an expression that looks for the start of each takes a minute for a bundle of 5,000 tools.
  const words = objects.flatMap((object) => JSON.stringify(object).split(/[\s"\\]/));
  const found = words.filter((word) => word.includes(unpushedDigest));
  const images = [...new Set(found.map((word) => word.replace(/@?sha256:0+.*$/, '')))].toSorted();
  if (images.length === 0) return [];
  const [subject, verb] = images.length === 1 ? ['an image', 'was'] : [`${images.length} images`, 'were'];
  const message = `${subject} ${verb} never pushed, as digests of zeros say: ${images.join(', ')}; build and push before this is applied.`;
  return [{ path: '', message }];
}
