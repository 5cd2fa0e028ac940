import type { Environment, Finding, Servers } from '@lockstep/model';
import { installedPackages } from '../render/installed-packages.ts';
import type { PulumiProject } from '../render/pulumi-project.ts';
import { renderStacks, type StackRendering } from '../render/render-stack.ts';
import { countKinds, printCounts } from '../render/summary.ts';
import { printFinding } from '../view/phrases.ts';

/** What a Pulumi program would deploy. */
export interface ResourceSummary {
  /** How many of each kind, by environment; of other providers, by type. */
  readonly resources: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The workloads whose packages are installed when their pods start, by environment. */
  readonly packages: Readonly<Record<string, readonly Finding[]>>;
  /** Where servers may connect to by name without the cluster holding them to it. */
  readonly egress: readonly string[];
  /** What couldn't be counted, by environment. */
  readonly missing: Readonly<Record<string, readonly Finding[]>>;
}

/**
 * Counts what a program would deploy.
 *
 * @param environments which they are; the program's process is started while they are still awaited.
 * @param cwd the folder that paths in messages are relative to.
 */
export async function summariseResources(
  program: PulumiProject,
  environments: Promise<readonly Environment[]>,
  cwd: string,
): Promise<ResourceSummary> {
  const names = environments.then((all) => all.map(({ name }) => name));
  const rendered = [...(await renderStacks(program, names, cwd))];
  const missing = rendered.map(
    ([name, { problems, findings }]) => [name, [...problems, ...findings]] as const,
  );
  return {
    // What a program that failed had made by then is no answer.
    resources: Object.fromEntries(
      rendered.flatMap(([name, rendering]) => (rendering.failed ? [] : [[name, countsOf(rendering)]])),
    ),
    packages: Object.fromEntries(
      rendered.flatMap(([name, { objects }]) => {
        const found = installedPackages(objects);
        return found.length === 0 ? [] : [[name, found]];
      }),
    ),
    egress: unenforcedEgress((await environments)[0]?.servers ?? {}),
    missing: Object.fromEntries(missing.filter(([, findings]) => findings.length > 0)),
  };
}

function countsOf({ objects, withheld, others }: StackRendering): Record<string, number> {
  return { ...countKinds(objects), ...(withheld.length > 0 && { Secret: withheld.length }), ...others };
}

/** The summary, a line per environment, then what isn't enforced. */
export function printSummary({ resources, packages, egress, missing }: ResourceSummary): string[] {
  return [
    '',
    'would deploy',
    ...Object.entries(resources).map(([name, counts]) => `  ${name}: ${printCounts(counts) || 'nothing'}`),
    ...Object.entries(missing).flatMap(([name, findings]) =>
      findings.map((finding) => `  ${name}, not counted: ${printFinding(finding)}`),
    ),
    ...Object.entries(packages).flatMap(([name, found]) =>
      found.map((finding) => `  ${name}: ${printFinding(finding)}`),
    ),
    ...(egress.length === 0 ? [] : ['', 'may connect to', ...egress.map((line) => `  ${line}`)]),
  ];
}

/**
 * Where servers may connect to by name without the cluster holding them to it.
 *
 * @example
 * unenforcedEgress(servers); // ['github: api.github.com:443 (unenforced)']
 */
export function unenforcedEgress(servers: Servers): string[] {
  return Object.entries(servers)
    .flatMap(([server, { egress }]) =>
      egress.flatMap((to) =>
        'host' in to && to.unenforced ? [`${server}: ${to.host}:${to.port} (unenforced)`] : [],
      ),
    )
    .toSorted();
}
