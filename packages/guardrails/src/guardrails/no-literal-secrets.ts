import { podFiles, printPath } from '@lockstep/model/internal';
import { isWrittenSecret, namedArguments } from '@lockstep/model/secret-detector';
import type { StackGuardrail, Violation } from '../guardrail.ts';
import { belongingOf } from '../kubernetes/belonging.ts';
import { entriesAt, listAt, mayEqual, textAt } from '../kubernetes/field.ts';
import { type KubernetesObject, labelsOf, shareNamespace, shown } from '../kubernetes/object.ts';
import { containersOf, type Pod, podsOf } from '../kubernetes/pod.ts';
import { referencesOf } from '../kubernetes/reference.ts';

/** What a program writes out is in Git, in previews and in Pulumi's state. */
export const noLiteralSecrets: StackGuardrail = {
  name: 'no-literal-secrets',
  description: 'Secrets come from Vault, or from Secrets that the program only names.',
  checkStack(objects) {
    const pods = podsOf(objects);
    const data = objects.filter(
      (object) =>
        /^core\/(ConfigMap|Secret)$/.test(object.kind) &&
        (belongingOf(labelsOf(object)) !== undefined || pods.some((pod) => uses(pod, object))),
    );
    return [...pods.flatMap(checkPod), ...data.flatMap(checkData)];
  },
};

/** Whether pods read a ConfigMap or a Secret. */
function uses(pod: Pod, object: KubernetesObject): boolean {
  const name = textAt(object.fields, 'metadata', 'name');
  return (
    name !== undefined &&
    shareNamespace(pod.object, object) &&
    referencesOf(pod, object.kind).some((reference) => mayEqual(reference, name))
  );
}

interface Value {
  readonly path: readonly (string | number)[];
  readonly name: string;
  readonly value: string;
}

function checkPod(pod: Pod): Violation[] {
  return containersOf(pod)
    .flatMap(({ fields, path }) => [...variablesOf(fields, path), ...argumentsOf(fields, path)])
    .filter(({ name, value }) => isWrittenSecret(namesSecret(pod, name) ? '' : name, value))
    .map(({ path }) => ({
      object: pod.object,
      message: `${shown(pod.object)}: ${printPath('', path)} holds something like a secret, which everyone who reads the program or its state sees; deliver it from Vault, or refer to a Secret with \`valueFrom\`.`,
    }));
}

/** The Job that makes the keys takes the name of the Secret that it makes. */
function namesSecret(pod: Pod, name: string): boolean {
  return name === '--secret' && textAt(labelsOf(pod.object), 'app.kubernetes.io/component') === 'keys';
}

function variablesOf(container: unknown, path: readonly (string | number)[]): Value[] {
  return listAt(container, 'env').flatMap((variable, index) => {
    const value = textAt(variable, 'value');
    if (value === undefined) return [];
    return [{ path: [...path, 'env', index, 'value'], name: textAt(variable, 'name') ?? '', value }];
  });
}

function argumentsOf(container: unknown, path: readonly (string | number)[]): Value[] {
  return ['command', 'args'].flatMap((list) => {
    const args = listAt(container, list).map((arg) => (typeof arg === 'string' ? arg : ''));
    return namedArguments(args).map((named, index) => ({ path: [...path, list, index], ...named }));
  });
}

/** The file of first tokens holds their hashes alone. */
const tokensFile = podFiles.tokens.split('/').at(-1);

/** The package tree that a server's pod installs, as the lock pins it. */
const sourceFile = podFiles.source.split('/').at(-1);

/** A range of versions or a hash: under the name of a package such as `cookie`, a range looks like a secret. */
const pinned = /^(?:[\d.x*^~<>=|v -]{1,60}|sha\d+-[\w+/=]+)$/;

/** A package tree without what pins its packages. */
function withoutPins(text: string): string {
  try {
    const tree = JSON.parse(text, (_, value) =>
      typeof value === 'string' && pinned.test(value) ? undefined : value,
    );
    return JSON.stringify(tree) ?? '';
  } catch {
    return text;
  }
}

function checkData(object: KubernetesObject): Violation[] {
  const isSecret = object.kind === 'core/Secret';
  const advice = isSecret
    ? 'create this Secret outside the program, as with `lockstep keys create`, or deliver its values from Vault'
    : 'deliver it from Vault';
  return ['data', 'stringData']
    .flatMap((field) => entriesAt(object.fields, field).map(([key, value]) => ({ field, key, value })))
    .filter(({ field, key, value }) => {
      if (typeof value !== 'string' || (isSecret && key === tokensFile)) return false;
      const text = isSecret && field === 'data' ? Buffer.from(value, 'base64').toString('utf8') : value;
      return isWrittenSecret(isBundle(object) ? '' : key, key === sourceFile ? withoutPins(text) : text);
    })
    .map(({ field, key }) => ({
      object,
      message: `${shown(object)}: ${printPath(field, [key])} holds something like a secret, which everyone who reads the program or can decrypt its state sees; ${advice}.`,
    }));
}

/** The keys of a bundle are names of tools, which may speak of secrets. */
function isBundle(object: KubernetesObject): boolean {
  return object.kind === 'core/ConfigMap' && belongingOf(labelsOf(object))?.component === 'gateway';
}
