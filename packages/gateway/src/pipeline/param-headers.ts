import { resumeName } from '../lists/resume-tool.ts';
import { decodeHeaderValue } from '../protocol/header-value.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import { paramHeaders } from '../upstream/http/param-headers.ts';
import type { Resolved, Ruled } from './exchange.ts';
import { Refusal, Rejected } from './refusal.ts';

/**
 * Holds the `Mcp-Param-*` headers of a modern call against its arguments; those that the locked schema declares are
 * made anew for the server.
 *
 * @returns the others, by lower-case name. Nobody has looked at them.
 */
export function checkParamHeaders({
  era,
  headers,
  message,
  use,
}: Resolved): Readonly<Record<string, string>> {
  if (era !== 'modern' || message.method !== 'tools/call') return {};
  const given = Object.keys(headers).filter((name) => name.startsWith('mcp-param-'));
  // A resumed call brings no arguments, so its headers can mirror none.
  const declarations = message.params.name === resumeName ? [] : (use.item?.declaredHeaders ?? []);
  if (given.length === 0 && declarations.length === 0) return {};
  const others = new Map(given.map((name) => [name, String(headers[name])]));
  for (const declaration of declarations) {
    const name = declaration.header.toLowerCase();
    const [, wanted] = paramHeaders([declaration], use.args);
    const found = others.get(name);
    others.delete(name);
    const agrees =
      found === undefined || wanted === undefined
        ? found === wanted
        : decodeHeaderValue(found) === decodeHeaderValue(wanted);
    if (agrees) continue;
    // Neither value is quoted: this is recorded, and an argument may be a secret.
    throw new Rejected(400, {
      code: errorCode.headerMismatch,
      message: `The header ${declaration.header} doesn't say what the argument ${declaration.path.join('.')} says; send the same in both, or neither.`,
    });
  }
  return Object.fromEntries(others);
}

/** A header that no approver saw would slip past the approval. */
export function refuseUnseenHeaders({ paramHeaders: unseen, use }: Ruled): void {
  const [name] = Object.keys(unseen);
  if (name === undefined) return;
  throw new Refusal(
    'invalid',
    `${use.text} was not called: the header ${name} is not part of its reviewed schema, so no approver would see it; leave it out.`,
    { target: use.text },
  );
}
