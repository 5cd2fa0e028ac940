import { visible } from '@lockstep/model/internal';

/** A server's own words, fit to be shown to people: at most that many characters, none of them invisible. */
export function excerpt(text: string, length: number): string {
  return visible(text.slice(0, length).trim());
}
