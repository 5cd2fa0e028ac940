import { printPlace, type RecordPlace } from '@lockstep/model/record';

/** One thing that isn't as it was recorded. */
export interface Problem {
  /** `writer:epoch:seq` of the record; absent where none can be named. */
  readonly place?: string;
  /** One sentence. */
  readonly message: string;
}

export function problemAt(place: RecordPlace, message: string): Problem {
  return { place: printPlace(place), message };
}
