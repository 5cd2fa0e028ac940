import { type Panel, panels } from './panels.ts';
import { seriesOf } from './series.ts';

/** The inputs of a dashboard. */
interface DashboardOptions {
  readonly environment: string;
  /** The labels that distinguish this gateway's series from others. */
  readonly series: Readonly<Record<string, string>>;
}

const columns = 24;
const heights = { stat: 4, timeseries: 8 } as const;
const source = { type: 'prometheus', uid: '${datasource}' };

/** A Grafana dashboard as its JSON model. */
export function dashboard({ environment, series }: DashboardOptions): object {
  const select = seriesOf(series);
  return {
    // At most 40 characters, of which an environment's name takes up to 32.
    uid: `mcp-${environment}`,
    title: `MCP servers: ${environment}`,
    tags: ['lockstep', environment],
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        {
          name: 'server',
          label: 'Server',
          type: 'query',
          datasource: source,
          query: { query: `label_values(${select('lockstep_server_up')}, server)`, refId: 'servers' },
          refresh: 2,
          multi: true,
          includeAll: true,
          allValue: '.*',
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels: placed(panels(select)).map(modelOf),
  };
}

interface Placed {
  readonly panel: Panel;
  readonly x: number;
  readonly y: number;
}

/** Places panels row by row, from left to right. A panel of another type begins a new row. */
function placed(all: readonly Panel[]): Placed[] {
  const found: Placed[] = [];
  for (const panel of all) {
    const last = found.at(-1);
    if (last === undefined) found.push({ panel, x: 0, y: 0 });
    else {
      const x = last.x + last.panel.width;
      const fits = last.panel.type === panel.type && x + panel.width <= columns;
      found.push(fits ? { panel, x, y: last.y } : { panel, x: 0, y: last.y + heights[last.panel.type] });
    }
  }
  return found;
}

function modelOf({ panel, x, y }: Placed, index: number): object {
  const { title, type, unit, width, queries, names = false } = panel;
  return {
    id: index + 1,
    title,
    type,
    datasource: source,
    gridPos: { x, y, w: width, h: heights[type] },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    ...(names && { options: { textMode: 'name' } }),
    targets: queries.map(({ expr, legend }, target) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + target),
      datasource: source,
      expr,
      legendFormat: legend,
    })),
  };
}
