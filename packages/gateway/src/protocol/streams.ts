import type { Caller } from '../identity/caller.ts';

/** What a client can be told has changed. */
export const changeMethods = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
} as const;
export type ChangeKind = keyof typeof changeMethods;

/** One open stream to a client. */
export interface OpenStream {
  readonly caller: Caller;
  /** The legacy session that it belongs to. */
  readonly sessionId: string | undefined;
  readonly wants: ReadonlySet<ChangeKind>;
  /** What the client could see when it was last told, in one text per kind. */
  readonly seen: (kind: ChangeKind) => string;
  readonly send: (kind: ChangeKind) => void;
  readonly close: () => void;
}

/** The open streams to clients, told when what they may use changes. */
export interface Streams {
  /** Returns what to call when the stream has closed; undefined when there are too many. */
  add(stream: OpenStream): (() => void) | undefined;
  /** Tells every client whose lists have changed since it was last told. */
  refresh(): void;
  closeWhere(matches: (stream: OpenStream) => boolean): void;
}

const mostStreams = 10_000;

export function createStreams(): Streams {
  const open = new Map<OpenStream, Map<ChangeKind, string>>();
  const snapshot = (stream: OpenStream) =>
    new Map([...stream.wants].map((kind) => [kind, stream.seen(kind)]));
  return {
    add(stream) {
      if (open.size >= mostStreams) return undefined;
      open.set(stream, snapshot(stream));
      return () => open.delete(stream);
    },
    refresh() {
      for (const [stream, before] of open) {
        const after = snapshot(stream);
        open.set(stream, after);
        for (const [kind, text] of after) if (before.get(kind) !== text) stream.send(kind);
      }
    },
    closeWhere(matches) {
      for (const stream of [...open.keys()]) {
        if (!matches(stream)) continue;
        open.delete(stream);
        stream.close();
      }
    },
  };
}
