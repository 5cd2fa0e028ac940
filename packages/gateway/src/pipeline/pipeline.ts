import { checkGate } from './approval.ts';
import { authenticate } from './authenticate.ts';
import { commit } from './commit.ts';
import type { GatewayContext } from './context.ts';
import { decide } from './decide.ts';
import type { Answer, Received } from './exchange.ts';
import { forward } from './forward.ts';
import { answerByGateway } from './gateway-methods.ts';
import { parse } from './parse.ts';
import { recorded } from './recording.ts';
import { resolve } from './resolve.ts';
import { shapeResult } from './shape.ts';
import { validateArguments } from './validate.ts';

/**
 * The path of every request, whatever its method and entry point. Each stage takes what the one before it found out.
 * A stage ends the request by throwing a ToolRefusal or an HttpRejection. The recording wraps all of it.
 */
export function handle(received: Received, context: GatewayContext): Promise<Answer> {
  return recorded(received, context, async () => {
    const authenticated = authenticate(received, context);
    const parsed = parse(authenticated, context);
    const own = answerByGateway(parsed, context);
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
