import { type Environment, parseTarget, visible } from '@lockstep/model';
import type { Context } from '../context.ts';
import { countDecisions, type MatrixCell, type MatrixRow, permissionMatrix } from './matrix.ts';
import { printColumns } from './table.ts';

type Paint = Context['paint'];

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
    .map(([server, own]) =>
      printColumns(
        head(server),
        own.map((row) => printRow(row, paint)),
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
  const counts = [...Map.groupBy(tools, (row) => row.server)].map(([server, own]) => [
    server,
    ...environments.map((_, column) => printCounts(countDecisions(own, column), paint)),
  ]);
  const notable = rows.filter((row) => row.cells.some((cell) => cell?.byRule === true));
  const sections = [printColumns([paint.bold('tools'), ...names], counts, columns)];
  if (notable.length > 0) {
    const lines = notable.map((row) => [
      visible(row.target),
      ...row.cells.map((cell) => printCell(cell, false, paint)),
    ]);
    sections.push(printColumns([paint.bold('by rules'), ...names], lines, columns));
  }
  return sections.join('\n\n');
}

function printCounts(counts: ReturnType<typeof countDecisions>, paint: Paint): string {
  const parts = (['allow', 'approve', 'depends', 'deny'] as const)
    .filter((decision) => counts[decision] > 0)
    .map((decision) => colourOf(decision, paint)(`${counts[decision]} ${decision}`));
  return parts.join(' ');
}
