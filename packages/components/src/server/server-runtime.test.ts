import fc from 'fast-check';
import { expect, it } from 'vitest';
import { literal } from './server-runtime.ts';

/** How Kubernetes expands a string. Source: k8s.io/kubernetes/third_party/forked/golang/expansion. */
function expand(text: string, variables: Record<string, string>): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole, name?: string) =>
    whole === '$$' ? '$' : (variables[name ?? ''] ?? whole),
  );
}

it('our placeholders stay readable', () => {
  expect(literal('${workdir}/a')).toBe('${workdir}/a');
});

it('the container gets exactly what a person wrote', () => {
  const text = fc.array(fc.constantFrom('$', '(', ')', 'A', '{')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (given) => {
      expect(expand(literal(given), { A: 'replaced', '': 'replaced' })).toBe(given);
    }),
  );
});
