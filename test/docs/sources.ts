import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@lockstep/testing/markdown';

/** The text of our own code, with all white space made alike. */
export function spoken(): string {
  return globSync(['packages/*/src/**/*.ts', 'scripts/**/*.mjs'], {
    cwd: root,
    exclude: ['**/*.test.ts', '**/testing/**'],
  })
    .map((file) =>
      alike(readFileSync(join(root, file), 'utf8').replaceAll('\\`', '`').replaceAll('\\$', '$')),
    )
    .join('\n');
}

/** The fixed parts of a sentence in which `…` marks the varying parts. */
export function fixedParts(sentence: string): string[] {
  return alike(sentence)
    .split('…')
    .map((part) => part.trim())
    .filter((part) => part.length > 3);
}

function alike(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
