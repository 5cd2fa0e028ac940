/** Parses names separated by commas: `writer, ops` gives both, and nothing gives none. */
export function parseNames(text: string): string[] {
  return text.split(',').flatMap((name) => name.trim() || []);
}
