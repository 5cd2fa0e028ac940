import { fieldAt, mayEqual } from './field.ts';

/** The labels by which our components mark what they create. */
const label = {
  partOf: 'app.kubernetes.io/part-of',
  component: 'app.kubernetes.io/component',
  environment: 'lockstep.dev/environment',
} as const;

/** Which part of which environment something is. */
export interface Belonging {
  /** `server`, `gateway`, `keys`, `secrets` or `monitoring`. */
  readonly component: unknown;
  readonly environment: unknown;
}

/** What something with these labels belongs to; undefined if it isn't Lockstep's. */
export function belongingOf(labels: unknown): Belonging | undefined {
  if (fieldAt(labels, label.partOf) !== 'lockstep') return undefined;
  return { component: fieldAt(labels, label.component), environment: fieldAt(labels, label.environment) };
}

/** Whether two things belong to environments of the same name, as far as it is known. */
export function shareEnvironment(a: Belonging, b: Belonging): boolean {
  return mayEqual(a.environment, b.environment);
}
