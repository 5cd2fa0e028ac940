import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Finding } from '@lockstep/model';
import { withTree } from '../plan/at-ref.ts';
import { readFolder } from '../render/folder.ts';
import type { KubernetesObject } from '../render/object.ts';
import { findPulumiProject, type PulumiProject } from '../render/pulumi-project.ts';
import { renderStacks, type StackRendering } from '../render/render-stack.ts';
import { printFinding } from '../view/phrases.ts';
import { diffObjects, type ObjectChange } from './object-diff.ts';
import type { Check } from './run-checks.ts';

/** The objects of each environment; undefined where the program failed, so that nobody knows them. */
type Rendered = Readonly<Record<string, readonly KubernetesObject[] | undefined>>;

/** What changes in the objects of one environment. */
export interface EnvironmentObjects {
  readonly environment: string;
  readonly changes: readonly ObjectChange[];
  /** Why there is no comparison, as a clause. */
  readonly unknown?: string;
}

/** What came of rendering every environment. */
export interface RenderedProject {
  readonly rendered: Rendered;
  readonly check: Check;
  /** Objects that couldn't be written, and images that were never pushed. */
  readonly advice: readonly Finding[];
}

/**
 * Renders every environment.
 *
 * @param cwd the folder that paths in messages are relative to.
 */
export async function renderProject(
  program: PulumiProject,
  environments: readonly string[],
  cwd: string,
): Promise<RenderedProject> {
  const rendered = await renderStacks(program, environments, cwd);
  const all = [...rendered].map(([name, rendering]) => ({ name, rendering }));
  return {
    rendered: Object.fromEntries(
      all.map(({ name, rendering }) => [name, rendering.failed ? undefined : rendering.objects]),
    ),
    check: {
      name: 'objects',
      summary: all.map(({ name, rendering }) => `${rendering.objects.length} in ${name}`).join(', '),
      findings: byEnvironment(all, ({ problems }) => problems),
    },
    advice: byEnvironment(all, ({ findings, warnings }) => [...findings, ...warnings]),
  };
}

/** What was found, after the environment's name. What holds in several is told once, with all of their names. */
function byEnvironment(
  all: readonly { readonly name: string; readonly rendering: StackRendering }[],
  found: (rendering: StackRendering) => readonly Finding[],
): Finding[] {
  const everything = all.flatMap(({ name, rendering }) =>
    found(rendering).map((finding) => ({ name, finding })),
  );
  const same = Map.groupBy(everything, ({ finding }) => printFinding(finding));
  return [...same.values()].flatMap((group) => {
    const names = group.map(({ name }) => name).join(', ');
    return group.slice(0, 1).map(({ finding }) => ({
      ...finding,
      path: finding.path === '' ? names : `${names}: ${finding.path}`,
    }));
  });
}

/** The objects as the program at a Git ref has them; nothing where it had no program. */
export async function renderAt(
  ref: string,
  program: PulumiProject,
  environments: readonly string[],
): Promise<Rendered> {
  return withTree(ref, program.folder, async ({ at, root }) => {
    const folder = at(join(program.root, 'Pulumi.yaml'));
    const then = existsSync(folder) ? findPulumiProject(root, dirname(folder)) : undefined;
    return then === undefined ? {} : (await renderProject(then, environments, root)).rendered;
  });
}

/**
 * Reads what `lockstep render --all` wrote.
 *
 * @param folder as a person gave it; one that doesn't exist holds nothing.
 */
export function readRendered(folder: string, cwd: string): Rendered {
  const path = resolve(cwd, folder);
  if (!existsSync(path)) return {};
  const environments = readdirSync(path).filter(
    (name) => /^[a-z][a-z0-9-]{0,31}$/.test(name) && statSync(join(path, name)).isDirectory(),
  );
  return Object.fromEntries(
    environments.toSorted().map((name) => [name, readFolder(join(path, name), join(folder, name))]),
  );
}

/** Compares environment by environment; those without a difference are left out. */
export function compareRendered(before: Rendered, after: Rendered): EnvironmentObjects[] {
  return [...new Set([...Object.keys(after), ...Object.keys(before)])]
    .map((environment): EnvironmentObjects => {
      const failed = (at: Rendered) => Object.hasOwn(at, environment) && at[environment] === undefined;
      if (failed(after)) return { environment, changes: [], unknown: 'the program fails' };
      if (failed(before))
        return { environment, changes: [], unknown: 'the program fails at the earlier commit' };
      return { environment, changes: diffObjects(before[environment] ?? [], after[environment] ?? []) };
    })
    .filter(({ changes, unknown }) => changes.length > 0 || unknown !== undefined);
}
