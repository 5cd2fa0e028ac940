/**
 * What the container's runtime sets, not whoever declared the server: values that vary by pod, and folders that each
 * isolation key has of its own.
 */
const ofTheRuntime = /^(HOME|TMPDIR|HOSTNAME|PWD|OLDPWD|SHLVL|_|KUBERNETES_\w*)$/;

/** Of the bridge's own environment, what its server is given: the container is there for it alone. */
export function serverEnvironment(
  host: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(host).flatMap(([name, value]) =>
      value === undefined || ofTheRuntime.test(name) ? [] : [[name, value]],
    ),
  );
}
