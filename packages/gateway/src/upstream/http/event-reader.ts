import { isRecord } from '@lockstep/model/internal';
import type { EventSourceMessage } from 'eventsource-parser';
import type { Answer, RequestOptions } from '../answer.ts';
import { readAnswer } from '../read-answer.ts';
import { parseMessage } from './read-reply.ts';

/** Reads the events of a stream that answers request `id`. */
export interface EventReader {
  readonly onEvent: (event: EventSourceMessage) => boolean;
  /** The answer, once it has come. */
  answer(): Answer | undefined;
  /** Where to resume, for servers of the older era that number their events. */
  lastEventId(): string | undefined;
}

export function readEvents(
  id: number,
  /** The caller's own progress token; the server was given `id` in its place. */
  progressToken: unknown,
  onNotification: RequestOptions['onNotification'],
  /** Receives what the server asks of the gateway. */
  onRequest: (message: Readonly<Record<string, unknown>>) => void,
): EventReader {
  let answer: Answer | undefined;
  let lastEventId: string | undefined;
  const notify = (method: string, params: unknown) => {
    if (!isRecord(params)) onNotification?.({ method });
    else if (method !== 'notifications/progress') onNotification?.({ method, params });
    // Under any other token it would be news of another call, perhaps to another server.
    else if (params.progressToken === id && progressToken !== undefined)
      onNotification?.({ method, params: { ...params, progressToken } });
  };
  return {
    onEvent: (event) => {
      lastEventId = event.id ?? lastEventId;
      const message = parseMessage(event.data);
      if (message === undefined) return false;
      if (typeof message.method === 'string') {
        if (message.id !== undefined) onRequest(message);
        else notify(message.method, message.params);
        return false;
      }
      if (message.id !== id) return false;
      answer = readAnswer(message);
      return answer !== undefined;
    },
    answer: () => answer,
    lastEventId: () => lastEventId,
  };
}
