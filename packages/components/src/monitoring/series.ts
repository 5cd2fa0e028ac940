/** Prints a PromQL selector: `name{label="value",…}`, with further conditions last. */
export type Series = (name: string, ...conditions: string[]) => string;

/**
 * Selects only this gateway's series.
 *
 * @example
 * seriesOf({ namespace: 'mcp-prod' })('lockstep_server_up', 'server="files"');
 * // lockstep_server_up{namespace="mcp-prod",server="files"}
 */
export function seriesOf(labels: Readonly<Record<string, string>>): Series {
  const own = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return (name, ...conditions) => `${name}{${[...own, ...conditions].join(',')}}`;
}
