import { type Caller, samePrincipal } from '../identity/sign-in.ts';

/** The changes that a client can be told of. */
export const changeMethods = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
} as const;
export type ChangeKind = keyof typeof changeMethods;

/** One open stream to a client. */
interface OpenStream {
  readonly caller: Caller;
  /** The legacy session of the stream, if it belongs to one. */
  readonly sessionId: string | undefined;
  readonly wants: ReadonlySet<ChangeKind>;
  /** What the client could see when it was last told, as one text per kind. */
  readonly seen: (kind: ChangeKind) => string;
  readonly send: (kind: ChangeKind) => void;
  readonly close: () => void;
}

/** The open streams to clients, which are told when what they may use changes. */
export interface Streams {
  /** Returns a function to call when the stream has closed; undefined if there are too many streams. */
  add(stream: OpenStream): (() => void) | undefined;
  /** Tells every client whose lists have changed since it was last told. */
  refresh(): void;
  closeWhere(matches: (stream: OpenStream) => boolean): void;
}

/** Most streams at once, in total and for one principal; a client that opens more loses its oldest. */
const maxStreams = 10_000;
const maxPerPrincipal = 100;

export function createStreams(): Streams {
  const open = new Map<OpenStream, Map<ChangeKind, string>>();
  const snapshot = (stream: OpenStream) =>
    new Map([...stream.wants].map((kind) => [kind, stream.seen(kind)]));
  const end = (stream: OpenStream) => {
    open.delete(stream);
    stream.close();
  };
  return {
    add(stream) {
      const own = [...open.keys()].filter(({ caller }) => samePrincipal(caller, stream.caller));
      if (own.length >= maxPerPrincipal && own[0] !== undefined) end(own[0]);
      if (open.size >= maxStreams) return undefined;
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
        if (matches(stream)) end(stream);
      }
    },
  };
}
