import { existsSync, readdirSync } from 'node:fs';
import type { PulumiProject } from './pulumi-project.ts';

/** The stacks that have a file of their own, sorted. */
export function stacksOf({ stackFolder }: PulumiProject): string[] {
  if (!existsSync(stackFolder)) return [];
  return readdirSync(stackFolder)
    .flatMap((file) => /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .toSorted();
}
