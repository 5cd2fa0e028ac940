import { join } from 'node:path';
import { type Block, root } from '@lockstep/testing/markdown';
import ts from 'typescript';

/** Names that examples may use without declaring them. */
const known: Readonly<Record<string, string>> = {
  lock: "import('@lockstep/model').Lock",
  servers: "import('@lockstep/model').Servers",
  environments: "Readonly<Record<'dev' | 'prod', import('@lockstep/model').Environment>>",
  release: "import('@lockstep/model/internal').Release",
  images: "Readonly<Record<'gateway' | 'files', string>>",
  digest: 'string',
  files: "import('@lockstep/components').McpServer",
  gateway: "import('@lockstep/components').McpGateway",
  server: "import('@lockstep/components').McpServerArgs",
  args: "import('@lockstep/components').McpSecretsArgs",
  archive: "import('@lockstep/aws').AuditArchive",
  cluster: "import('@pulumi/kubernetes').Provider",
  vault: "import('@pulumi/vault').Provider",
  aws: "import('@pulumi/aws').Provider",
};

function preludeOf(example: string): string {
  return Object.entries(known)
    .filter(([name]) => !new RegExp(`const (\\{[^}]*)?\\b${name}\\b`).test(example))
    .map(([name, type]) => `declare const ${name}: ${type};`)
    .join('\n');
}

/** The names that a package's entry exports, each with its `@example` as a whole module; undefined if it has none. */
export function examplesOf(name: string, entry: string): ReadonlyMap<string, Block | undefined> {
  const program = ts.createProgram([join(root, entry)], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(root, entry));
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${entry} exports nothing.`);
  const all = checker.getExportsOfModule(module);
  const targetOf = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const names = all.map((one) =>
    targetOf(one).flags & ts.SymbolFlags.Value ? one.name : `type ${one.name}`,
  );
  const imported = `import { ${names.join(', ')} } from '${name}';`;
  return new Map(
    all.map((symbol) => {
      const target = targetOf(symbol);
      const tag = target.getJsDocTags(checker).find((one) => one.name === 'example');
      if (tag === undefined) return [symbol.name, undefined];
      const example = ts.displayPartsToString(tag.text);
      const text = [imported, preludeOf(example), example].join('\n');
      return [symbol.name, { where: `${symbol.name} of ${name}`, language: 'ts', info: '', text }];
    }),
  );
}
