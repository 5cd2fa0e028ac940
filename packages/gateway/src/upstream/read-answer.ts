import { isRecord } from '@lockstep/model/internal';
import type { Answer } from './answer.ts';

/** Reads a JSON-RPC answer; undefined when it is none. */
export function readAnswer(message: Readonly<Record<string, unknown>>): Answer | undefined {
  const { result, error } = message;
  if (isRecord(result)) return { result };
  if (!isRecord(error) || typeof error.code !== 'number') return undefined;
  const text = typeof error.message === 'string' ? error.message : 'the server gave no message';
  return {
    error: { code: error.code, message: text, ...(error.data !== undefined && { data: error.data }) },
  };
}
