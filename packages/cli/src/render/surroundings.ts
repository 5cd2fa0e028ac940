/**
 * Remembers what a program sees of its process: variables of the environment, the working folder, global variables.
 *
 * @returns a function that gives the next program the same.
 */
export function keepSurroundings(): () => void {
  const env = { ...process.env };
  const folder = process.cwd();
  const globals = new Map(Object.entries(Object.getOwnPropertyDescriptors(globalThis)));
  return () => {
    for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
    Object.assign(process.env, env);
    process.chdir(folder);
    for (const [name, now] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
      const before = globals.get(name);
      if (before === undefined) Reflect.deleteProperty(globalThis, name);
      else if (now.value !== before.value) Reflect.defineProperty(globalThis, name, before);
    }
  };
}
