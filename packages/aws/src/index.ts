/**
 * Pulumi components for AWS.
 *
 * @module
 */
export {};
