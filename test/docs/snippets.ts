import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { type Block, root } from '@lockstep/testing/markdown';
import ts from 'typescript';

/**
 * Turns a snippet into a whole module. A plain `ts` block already is one. The text of a `ts environment` block is
 * fields of an environment, and that of a `ts servers` block is entries of `defineServers`.
 */
export function moduleOf({ info, text }: Block): string {
  if (info === 'environment') {
    return `import type { EnvironmentInput } from '@lockstep/model';\nexport const snippet: Partial<EnvironmentInput> = {\n${text}};\n`;
  }
  if (info === 'servers') {
    return `import { defineServers } from '@lockstep/model';\nexport const snippet = defineServers({\n${text}});\n`;
  }
  return `${text}\nexport {};\n`;
}

/** The value of a snippet that is plain data. */
export function dataOf({ text }: Block): Record<string, unknown> {
  const expression = ts.transpile(`({\n${text}})`, { target: ts.ScriptTarget.ES2024 });
  return runInThisContext(expression) as Record<string, unknown>;
}

/** Type-checks snippets as if they were beside `stacks/environments.ts`; returns one sentence per error. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.tests.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { ...config.config, include: [], files: [] },
    ts.sys,
    root,
  );
  const snippets = new Map(
    blocks.map((block, index) => [join(root, 'stacks', `snippet-${index}.ts`), block] as const),
  );
  const host = ts.createCompilerHost(options);
  const read = (path: string) => {
    const block = snippets.get(path);
    return block === undefined
      ? existsSync(path)
        ? readFileSync(path, 'utf8')
        : undefined
      : moduleOf(block);
  };
  const program = ts.createProgram([...snippets.keys()], options, {
    ...host,
    fileExists: (path) => snippets.has(path) || host.fileExists(path),
    readFile: read,
    getSourceFile: (path, target) => {
      const text = read(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, target);
    },
  });
  return [...snippets].flatMap(([path, block]) => {
    const file = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(
      ({ messageText }) => `${block.where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}
