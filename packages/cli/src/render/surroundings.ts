/**
 * Remembers what a program sees of its process: variables of the environment, the working folder, global variables.
 *
 * @returns a function that gives the next program the same.
 */
export function keepSurroundings(): () => void {
  const env = { ...process.env };
  const folder = process.cwd();
  const globals = new Set(Object.getOwnPropertyNames(globalThis));
  return () => {
    for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
    Object.assign(process.env, env);
    process.chdir(folder);
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      if (!globals.has(name)) Reflect.deleteProperty(globalThis, name);
    }
  };
}
