/**
 * The command for programs that run it in their own process. Importing it runs nothing and prints nothing.
 *
 * @example
 * const outcome = await run(['plan', 'prod'], processContext());
 *
 * @module
 */
export { type CommandContext, processContext } from './kernel/context.ts';
export { run } from './program.ts';
