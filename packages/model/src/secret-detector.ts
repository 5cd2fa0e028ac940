/**
 * Recognises secrets by their names and their shapes, so that `import` leaves them out, the audit and the log blank
 * them, and `check` warns about them.
 *
 * @internal
 * @module
 */
export { blankSecrets, findSecrets, redactedText } from './secret-detector/find-secrets.ts';
export { isPlaceholder } from './secret-detector/placeholder.ts';
export { isSecretField, isSecretName, mayBeSecret } from './secret-detector/secret-name.ts';
export { isWrittenSecret, namedArguments } from './secret-detector/written-secret.ts';
