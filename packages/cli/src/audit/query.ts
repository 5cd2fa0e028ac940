import { parseMoment } from '../duration.ts';

/** Seconds that reading a whole audit may take. */
export const auditPatience = 600;

/** A span of time as the admin API takes it. */
export function span(from: string | undefined, to: string | undefined): { from?: string; to?: string } {
  return {
    ...(from !== undefined && { from: parseMoment('--from', from, 'behind') }),
    ...(to !== undefined && { to: parseMoment('--to', to, 'behind') }),
  };
}
