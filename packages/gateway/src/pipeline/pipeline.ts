import { checkGate } from './approval.ts';
import { commit } from './commit.ts';
import type { Context } from './context.ts';
import { decide } from './decide.ts';
import type { Answer, Received } from './exchange.ts';
import { forward } from './forward.ts';
import { answerOwn } from './own.ts';
import { parse } from './parse.ts';
import { recorded } from './record.ts';
import { resolve } from './resolve.ts';
import { shapeResult } from './shape.ts';
import { validateArguments } from './validate.ts';

/**
 * What happens to every request, whatever its method and wherever it came in. Each stage takes what the one
 * before found out; a stage ends the request by throwing a Refusal or a Rejected. The recording is around all of
 * it.
 */
export function handle(received: Received, context: Context): Promise<Answer> {
  return recorded(received, context, async () => {
    const authenticated = authenticate(received, context);
    const parsed = parse(authenticated, context);
    const own = answerOwn(parsed, context);
    if (own !== undefined) return own;
    const resolved = await resolve(parsed, context);
    const valid = validateArguments(resolved);
    const ruled = decide(valid);
    const approved = await checkGate(ruled, context);
    const committed = await commit(approved, context);
    const forwarded = await forward(committed, context);
    return { status: 200, reply: shapeResult(forwarded) };
  });
}

function authenticate(received: Received, context: Context) {
  const caller = context.authenticate(received);
  received.draft.principal = caller.principal;
  if (caller.credential !== undefined) received.draft.credential = caller.credential.tokenId;
  return Object.assign(received, { caller });
}
