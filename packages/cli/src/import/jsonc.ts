import { type Expression, parseExpressionAt } from 'acorn';

/**
 * Parses JSON as editors write it: comments and trailing commas are allowed. Such a text is a JavaScript literal,
 * so a JavaScript parser reads it, and whatever is no literal is refused.
 *
 * @throws SyntaxError with the position.
 */
export function parseJsonc(text: string): unknown {
  // The text is wrapped so that nothing may follow the value.
  return literalOf(parseExpressionAt(`(${text.replace(/^\uFEFF/, '')}\n)`, 0, { ecmaVersion: 'latest' }));
}

function literalOf(node: Expression): unknown {
  if (node.type === 'Literal' && !('regex' in node) && !('bigint' in node)) return node.value;
  if (node.type === 'UnaryExpression' && node.operator === '-') return -Number(literalOf(node.argument));
  if (node.type === 'ArrayExpression') {
    return node.elements.map((element) => {
      if (element === null || element.type === 'SpreadElement') throw notJson(node);
      return literalOf(element);
    });
  }
  if (node.type === 'ObjectExpression') {
    return Object.fromEntries(
      node.properties.map((property) => {
        if (property.type !== 'Property' || property.key.type !== 'Literal') throw notJson(node);
        return [String(property.key.value), literalOf(property.value as Expression)];
      }),
    );
  }
  throw notJson(node);
}

function notJson(node: Expression): SyntaxError {
  return new SyntaxError(`it holds something at character ${node.start} that JSON can't`);
}
