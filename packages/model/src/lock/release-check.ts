import { digestOf } from '../canonical.ts';
import { type Finding, printPath } from '../errors.ts';
import { type DefinitionKind, definitionDigest } from './definition.ts';
import type { Release } from './schema.ts';

const kinds: readonly DefinitionKind[] = ['tools', 'prompts', 'resourceTemplates'];

/**
 * Finds what a schema can't: digests that don't match their definitions (edited by hand, or merged badly), and tools
 * that some file systems and parsers can't tell apart.
 */
export function checkRelease(release: Release, path: string): Finding[] {
  const findings = kinds.flatMap((kind) =>
    Object.entries(release[kind]).flatMap(([name, item]) =>
      checkDigest(printPath(path, [kind, name]), item.digest, () =>
        definitionDigest(item.definition, kind, name, release.ignore),
      ),
    ),
  );
  const { instructions } = release;
  if (instructions) {
    const at = printPath(path, ['instructions']);
    findings.push(...checkDigest(at, instructions.digest, () => digestOf(instructions.text)));
  }
  return [...findings, ...checkLookalikes(Object.keys(release.tools), path)];
}

function checkDigest(path: string, digest: string, actual: () => string): Finding[] {
  const fault = (message: string) => [{ path: printPath(path, ['digest']), message }];
  try {
    if (actual() === digest) return [];
    return fault("doesn't match what was locked; run `lockstep lock` and review what changed.");
  } catch (error) {
    return fault(`can't be computed: ${(error as Error).message}; the server must fix its definition.`);
  }
}

function checkLookalikes(tools: readonly string[], path: string): Finding[] {
  const seen = new Map<string, string>();
  return tools.flatMap((tool) => {
    const folded = tool.toLowerCase();
    const other = seen.get(folded);
    seen.set(folded, tool);
    if (other === undefined) return [];
    const message = `differs from \`${other}\` only in case; the server must rename one of them.`;
    return [{ path: printPath(path, ['tools', tool]), message }];
  });
}
