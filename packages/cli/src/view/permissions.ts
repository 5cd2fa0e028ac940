import type { Environment } from '@lockstep/model';
import { parseTarget, visible } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import { countDecisions, type MatrixCell, type MatrixRow, permissionMatrix } from './matrix.ts';
import { printColumns } from './table.ts';

type Paint = CommandContext['paint'];

/** Every tool of every environment, server by server. */
export function printMatrix(
  environments: readonly Environment[],
  options: { roles?: readonly string[]; paint: Paint; columns: number | undefined },
): string {
  const { paint, columns } = options;
  const rows = permissionMatrix(environments, options.roles);
  const head = (server: string) => [
    paint.bold(server),
    ...environments.map((environment) =>
      paint.bold(`${environment.name} ${environment.releases[server]?.label ?? ''}`),
    ),
  ];
  return [...Map.groupBy(rows, (row) => row.server)]
    .map(([server, perServer]) =>
      printColumns(
        head(server),
        perServer.map((row) => printRow(row, paint)),
        columns,
      ),
    )
    .join('\n\n');
}

function printRow(row: MatrixRow, paint: Paint): string[] {
  const classes = new Set(row.cells.map((cell) => cell?.class).filter((found) => found !== undefined));
  const shared = classes.size === 1 ? [...classes][0] : undefined;
  return [
    shared === undefined ? visible(row.name) : `${visible(row.name)} ${paint.dim(shared)}`,
    ...row.cells.map((cell) => printCell(cell, shared === undefined, paint)),
  ];
}

function printCell(cell: MatrixCell | undefined, withClass: boolean, paint: Paint): string {
  if (cell === undefined) return paint.dim('not locked');
  const text = withClass ? `${cell.summary} (${cell.class})` : cell.summary;
  return colourOf(cell.decision, paint)(text);
}

function colourOf(decision: MatrixCell['decision'], paint: Paint): (text: string) => string {
  return { allow: paint.green, approve: paint.yellow, deny: paint.dim, depends: paint.cyan }[decision];
}

/** How many tools each environment allows, gates and denies, and those about which rules have a say. */
export function printOverview(
  environments: readonly Environment[],
  options: { roles: readonly string[]; paint: Paint; columns: number | undefined },
): string {
  const { paint, columns, roles } = options;
  const rows = permissionMatrix(environments, roles);
  const names = environments.map(({ name }) => paint.bold(name));
  const tools = rows.filter((row) => parseTarget(row.target)?.kind === 'tool');
  const counts = [...Map.groupBy(tools, (row) => row.server)].map(([server, perServer]) => [
    server,
    ...environments.map((_, column) => printCounts(countDecisions(perServer, column), paint)),
  ]);
  const sections = [printColumns([paint.bold('tools'), ...names], counts, columns)];
  const notable = groupAlike(rows.filter(isNotable));
  if (notable.length > 0) {
    const lines = notable.map(({ label, cells }) => [
      label,
      ...cells.map((cell) => printCell(cell, false, paint)),
    ]);
    sections.push(printColumns([paint.bold('by rules'), ...names], lines, columns));
  }
  return sections.join('\n\n');
}

/** Whether a rule has a say about it that a newcomer should see: reading is allowed everywhere anyway. */
function isNotable({ cells }: MatrixRow): boolean {
  const isPlainRead = cells.every((cell) => cell?.class === 'read' && cell.decision === 'allow');
  return !isPlainRead && cells.some((cell) => cell?.byRule === true);
}

/** Targets of one server about which the same is decided everywhere, in one line. */
function groupAlike(rows: readonly MatrixRow[]): { label: string; cells: MatrixRow['cells'] }[] {
  const alike = Map.groupBy(rows, ({ server, cells }) =>
    JSON.stringify([server, cells.map((cell) => cell?.summary)]),
  );
  return [...alike.values()].map((group) => {
    const [first] = group;
    const more = group.length > 1 ? ` and ${group.length - 1} more` : '';
    return { label: `${visible(first?.target ?? '')}${more}`, cells: first?.cells ?? [] };
  });
}

function printCounts(counts: ReturnType<typeof countDecisions>, paint: Paint): string {
  const parts = (['allow', 'approve', 'depends', 'deny'] as const)
    .filter((decision) => counts[decision] > 0)
    .map((decision) => colourOf(decision, paint)(`${counts[decision]} ${decision}`));
  return parts.join(' ');
}
