/**
 * Tells secrets by their names and by their shapes: what `import` leaves out, what the audit and the log blank, and
 * what `check` warns of.
 *
 * @internal
 * @module
 */
export { blankSecrets, findSecrets, redactedText } from './secret-detector/find-secrets.ts';
export { isPlaceholder } from './secret-detector/placeholder.ts';
export { isSecretField, isSecretName, mayBeSecret } from './secret-detector/secret-name.ts';
