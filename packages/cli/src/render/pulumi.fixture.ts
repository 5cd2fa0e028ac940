import { makeProject, type Project } from '../project.fixture.ts';

/** A Pulumi project over a program of its own; its packages are those of the repository. */
export function makePulumiProject(program: string, files: Record<string, string | object> = {}): Project {
  return makeProject({
    'Pulumi.yaml': 'name: shop\nruntime:\n  name: nodejs\n  options: { typescript: false }\n',
    'Pulumi.dev.yaml': 'config: {}\n',
    'index.ts': program,
    ...files,
  });
}

/** Begins every program. */
export const imports = `import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
const config = new pulumi.Config();
`;
