import { Agent, request } from 'undici';
import type { z } from 'zod';
import type { CommandContext } from '../kernel/context.ts';
import { parseMoment } from '../kernel/duration.ts';
import { codeOf, Failure, sentenceOf } from '../kernel/failure.ts';
import type { ConnectionOptions } from './options.ts';
import { readToken } from './read-token.ts';
import { requireGateway } from './running.ts';

/** One question to the gateway's admin API. */
interface Question {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

/** A gateway's admin API: over its Unix socket as the operator, or over HTTP with an admin token. */
export interface GatewayClient {
  /** Where it answers, for people. */
  readonly where: string;
  /** Asks for JSON of a shape that both sides know, such as `tokenListSchema`. */
  ask<T extends z.ZodType>(shape: T, question: Question): Promise<z.output<T>>;
  /** Asks for a text that may be long, line by line. */
  lines(question: Question): AsyncIterable<string>;
  close(): Promise<void>;
}

/** Seconds that it takes to find out that nobody answers. */
const connectTimeoutSeconds = 30;

/**
 * @param timeoutSeconds without a sign of life after which a gateway is given up.
 * @throws Failure when no gateway runs there, or a token is asked for and missing.
 */
export function connectGateway(
  options: ConnectionOptions,
  context: CommandContext,
  timeoutSeconds = 30,
): GatewayClient {
  const token = readToken(options, context);
  const { origin, socketPath, where } = endpointOf(options, context, token);
  const agent = new Agent({
    connect: { ...(socketPath !== undefined && { socketPath }), timeout: connectTimeoutSeconds * 1000 },
    bodyTimeout: timeoutSeconds * 1000,
    headersTimeout: timeoutSeconds * 1000,
  });
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };

  async function send({ method = 'GET', path, query = {}, body = {} }: Question) {
    const url = new URL(`${origin}/api/v1${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    try {
      const response = await request(url, {
        method,
        dispatcher: agent,
        headers: { ...headers, ...(method !== 'GET' && { 'content-type': 'application/json' }) },
        ...(method !== 'GET' && { body: JSON.stringify(body) }),
      });
      if (response.statusCode < 300) return response;
      throw new Failure(refusal(response.statusCode, await response.body.text(), where));
    } catch (error) {
      throw error instanceof Failure ? error : unreachable(error, where);
    }
  }

  return {
    where,
    async ask(shape, question) {
      const response = await send(question);
      const parsed = shape.safeParse(await response.body.json().catch(() => undefined));
      if (parsed.success) return parsed.data;
      throw new Failure(`the gateway at ${where} answered something unknown; use the same version of both.`);
    },
    async *lines(question) {
      const { body } = await send(question);
      let rest = '';
      for await (const chunk of body.setEncoding('utf8')) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
      if (rest !== '') yield rest;
    },
    close: () => agent.close(),
  };
}

function endpointOf(options: ConnectionOptions, context: CommandContext, token: string | undefined) {
  if (options.url !== undefined) {
    if (!URL.canParse(options.url)) throw new Failure(`--url ${options.url} is no address.`);
    if (token === undefined) {
      throw new Failure(
        'a gateway at --url needs an admin token; put one into LOCKSTEP_TOKEN or name --token-file.',
      );
    }
    return { origin: options.url.replace(/\/+$/, ''), socketPath: undefined, where: options.url };
  }
  const gateway = requireGateway(options, context);
  return { origin: 'http://localhost', socketPath: gateway.socket, where: gateway.socket };
}

/** The gateway's own sentence, where it gives one. */
function refusal(status: number, body: string, where: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === 'string') return error;
    if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  } catch {
    // No JSON: the status says it.
  }
  return `the gateway at ${where} answered ${status}.`;
}

function unreachable(error: unknown, where: string): Failure {
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
  const why =
    code === 'ECONNREFUSED' || code === 'ENOENT'
      ? 'nothing answers there'
      : code === 'EACCES'
        ? 'it belongs to another user'
        : sentenceOf(error).replace(/\.$/, '');
  return new Failure(`the gateway at ${where} can't be reached: ${why}.`, { cause: error });
}

/** Seconds that reading a whole audit may take. */
export const auditTimeoutSeconds = 600;

/** A span of time as the admin API takes it. */
export function span(from: string | undefined, to: string | undefined): { from?: string; to?: string } {
  return {
    ...(from !== undefined && { from: parseMoment('--from', from, 'behind') }),
    ...(to !== undefined && { to: parseMoment('--to', to, 'behind') }),
  };
}
