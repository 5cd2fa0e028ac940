/** What a PromQL expression needs of one metric. */
export interface Used {
  readonly metric: string;
  /** Labels that select or group it. */
  readonly labels: readonly string[];
}

/** Labels that the scraper adds. */
const ofScrapers: readonly string[] = ['namespace', 'instance'];

/** The metrics in an expression, each with the labels that select it and those that the expression groups by. */
export function usedIn(expr: string): Used[] {
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  return [...expr.matchAll(/\b([a-z_]+)\{([^}]*)\}/g)].map(([, metric = '', conditions = '']) => {
    const selected = [...conditions.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
    const labels = [...new Set([...selected, ...grouped])];
    return { metric, labels: labels.filter((label) => !ofScrapers.includes(label)) };
  });
}

/** The labels of each metric in a scrape; the parts of a histogram are separate metrics. */
export function labelsIn(scrape: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of scrape.split('\n')) {
    const [, metric, labels = ''] = /^([a-z_0-9]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (metric === undefined) continue;
    const known = found.get(metric) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(metric, known);
  }
  return found;
}
