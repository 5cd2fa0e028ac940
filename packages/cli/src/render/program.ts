import { dirname } from 'node:path';
import type { ProgramPaths } from '../project/load.ts';
import { findPulumiProject, type PulumiProject } from './pulumi-project.ts';

/**
 * The Pulumi program that deploys environments: the one that stands in the same folder as they do.
 *
 * @param cwd the folder that paths in messages are relative to.
 */
export function programOf({ config }: ProgramPaths, cwd: string): PulumiProject | undefined {
  const project = findPulumiProject(dirname(config));
  if (project === undefined || project.folder !== dirname(config)) return undefined;
  return findPulumiProject(cwd, project.root);
}
