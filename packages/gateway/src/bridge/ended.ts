import { isRecord } from '@lockstep/model/internal';

const method = 'notifications/lockstep/ended';

/** By which a bridge tells the gateway that the process of a session ended by itself; `reason` is a clause. */
export function endedNotice(reason: string): { method: string; params: { reason: string } } {
  return { method, params: { reason } };
}

/** The reason in a notice of {@link endedNotice}; undefined for any other message. */
export function readEnded(message: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (message?.method !== method || !isRecord(message.params)) return undefined;
  const { reason } = message.params;
  return typeof reason === 'string' ? reason : undefined;
}
