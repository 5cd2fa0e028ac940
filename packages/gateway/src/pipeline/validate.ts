import type { Resolved, Valid } from './exchange.ts';
import { checkParamHeaders } from './param-headers.ts';
import { Refusal } from './refusal.ts';

/** Holds the arguments against the locked definition, before anything is decided on them. */
export function validateArguments(resolved: Resolved): Valid {
  const { item, method, args, text } = resolved.use;
  if (item === undefined || method === 'completion/complete')
    return Object.assign(resolved, { paramHeaders: {} });
  const wrong = item.checkArguments(args);
  if (wrong !== undefined) throw new Refusal('invalid', `${text} was not called: ${wrong}`, { target: text });
  return Object.assign(resolved, { paramHeaders: checkParamHeaders(resolved) });
}
