import type { Finding } from '@lockstep/model';
import { compareText } from '@lockstep/model/internal';
import { runProgram } from './load.ts';
import { type Rendering, renderObjects } from './objects.ts';
import type { PulumiProject } from './pulumi-project.ts';

/** What came of rendering a stack. */
export interface StackRendering extends Rendering {
  /** What went wrong in the program itself. */
  readonly problems: readonly Finding[];
  /** Whether the program didn't come to its end, so that objects may be missing. */
  readonly failed: boolean;
}

/**
 * The Kubernetes objects of one environment: the stack of that name of a Pulumi program, run without an engine.
 *
 * @param cwd the folder that paths in messages are relative to.
 */
export async function renderStack(
  project: PulumiProject,
  stack: string,
  cwd: string,
): Promise<StackRendering> {
  const { resources, problems, failed } = await runProgram(project, stack, cwd);
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
