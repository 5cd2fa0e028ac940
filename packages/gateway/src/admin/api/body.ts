import type { Context } from 'hono';
import type { z } from 'zod';
import { Problem, parseRequest } from '../problem.ts';

/** Reads a JSON body of a known shape, or ends the request. */
export async function jsonBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem(415, 'The body must be JSON; send `content-type: application/json`.');
  }
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch {
    throw new Problem(400, "The body isn't JSON; correct it.");
  }
  return parseRequest(schema, body);
}
