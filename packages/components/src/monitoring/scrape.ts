import { ports } from '../kubernetes/constants.ts';
import type { MetricsOperator } from './args.ts';

/**
 * Annotations of the gateway's pods, by which a Prometheus without an operator finds them: a convention of many scrape
 * configurations, the Prometheus chart's among them. With the operator there is a PodMonitor, and none is needed.
 */
export function scrapeAnnotations(operator: MetricsOperator): Record<string, string> {
  if (operator === 'prometheus-operator') return {};
  return {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(ports.metrics),
    'prometheus.io/path': '/metrics',
  };
}
