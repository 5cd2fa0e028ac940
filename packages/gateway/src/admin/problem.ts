import { ConfigurationError } from '@lockstep/model';
import { parseOrThrow } from '@lockstep/model/internal';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';

/** Ends an admin request with a status and one sentence. */
export class Problem extends Error {
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, sentence: string) {
    super(sentence);
    this.name = 'Problem';
    this.status = status;
  }
}

/** Parses what a request brought, or ends it with everything that is wrong with it. */
export function parseRequest<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  try {
    return parseOrThrow(schema, input, '');
  } catch (error) {
    if (error instanceof ConfigurationError) {
      throw new Problem(
        400,
        error.findings.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(' '),
      );
    }
    throw error;
  }
}
