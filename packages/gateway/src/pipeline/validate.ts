import { resumeName } from '../lists/gateway-additions.ts';
import { errorCode } from '../protocol/json-rpc.ts';
import { decodeHeaderValue, paramHeaders } from '../protocol/mcp-headers.ts';
import { add, type Resolved, type Ruled, type Valid } from './exchange.ts';
import { HttpRejection, ToolRefusal } from './refusal.ts';

/** Checks the arguments against the locked definition, before anything is decided on them. */
export function validateArguments(resolved: Resolved): Valid {
  const { item, method, args, text } = resolved.use;
  if (item === undefined || method === 'completion/complete') return add(resolved, { paramHeaders: {} });
  const wrong = item.checkArguments(args);
  if (wrong !== undefined)
    throw new ToolRefusal('invalid', `${text} was not called: ${wrong}`, { target: text });
  return add(resolved, { paramHeaders: checkParamHeaders(resolved) });
}

/**
 * Checks the `Mcp-Param-*` headers of a modern call against its arguments. The headers that the locked schema declares
 * are made again for the server.
 *
 * @returns the others, by lower-case name. Nothing has checked them.
 */
function checkParamHeaders({ era, headers, message, use }: Resolved): Readonly<Record<string, string>> {
  if (era !== 'modern' || message.method !== 'tools/call') return {};
  const given = Object.keys(headers).filter((name) => name.startsWith('mcp-param-'));
  // A resumed call has no arguments that its headers could repeat.
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
    // The sentence quotes neither value, since it is recorded and an argument may be a secret.
    throw new HttpRejection(400, {
      code: errorCode.headerMismatch,
      message: `The header ${declaration.header} differs from the argument ${declaration.path.join('.')}; send the same value in both, or leave out both.`,
    });
  }
  return Object.fromEntries(others);
}

/** Refuses a header that no approver sees and no record contains. */
export function refuseUnseenHeaders({ paramHeaders: unseen, use }: Ruled): void {
  const [name] = Object.keys(unseen);
  if (name === undefined) return;
  throw new ToolRefusal(
    'invalid',
    `${use.text} was not called: the header ${name} is not part of its reviewed schema, so nobody would see it; leave it out.`,
    { target: use.text },
  );
}
