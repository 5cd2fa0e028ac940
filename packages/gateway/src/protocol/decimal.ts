/**
 * Whether a JSON number means the same once it was read as a double: `1.0` and `1e2` do, 9007199254740993 and 1e400
 * don't.
 */
export function survivesDouble(source: string): boolean {
  const value = Number(source);
  return Number.isFinite(value) && canonical(String(value)) === canonical(source);
}

/** A number's digits and exponent, the same for all ways to write one value: `1.50e3` and `1500` → `15e2`. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}
