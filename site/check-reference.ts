// Holds the reference to what a page must say: what each field means, its default where it may be left out, and an
// example with it. Reads what TypeDoc writes beside the pages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JSONOutput, ReflectionKind } from 'typedoc';
import { root } from './pages.ts';

type Reflection = JSONOutput.DeclarationReflection;

/** The packages that programs are written with. */
const held = ['@lockstep/model', '@lockstep/components', '@lockstep/aws', '@lockstep/guardrails'];

/** A sentence for each thing that the reference lacks. */
export function lacksOfReference(): string[] {
  const project: JSONOutput.ProjectReflection = JSON.parse(
    readFileSync(join(root, 'reference/reference.json'), 'utf8'),
  );
  return held.flatMap((name) => {
    const found = project.children?.find((one) => one.name === name);
    if (!found?.children?.length) return [`${name}: the reference doesn't have it`];
    return found.children.flatMap((declared) =>
      lacksOf(declared).map((lack) => `${name}: ${declared.name}${lack}`),
    );
  });
}

function lacksOf(declared: Reflection): string[] {
  const comment = declared.comment ?? declared.signatures?.[0]?.comment;
  const example = comment?.blockTags?.find(({ tag }) => tag === '@example');
  const fields = fieldsOf(declared);
  if (example === undefined) return [' has no example', ...fields.flatMap(lacksOfField)];
  // A class is shown in use; what shows its arguments is their own type.
  const shown = declared.kind === ReflectionKind.Class ? [] : fields;
  return [
    ...fields.flatMap(lacksOfField),
    ...shown
      .filter(({ field }) => !new RegExp(`\\b${field.name}\\b`).test(textOf(example.content)))
      .map(({ path }) => `.${path} isn't in the example`),
  ];
}

interface Field {
  readonly path: string;
  readonly field: Reflection;
  /** Whether a default is named above. */
  readonly isCovered?: boolean;
}

function lacksOfField({ path, field, isCovered = false }: Field): string[] {
  const text = textOf(field.comment?.summary ?? []);
  const [meaning = ''] = text.split(/\bDefault: /);
  const isOptional = field.flags.isOptional === true && !isCovered;
  return [
    ...(meaning.trim() === '' ? [`.${path} says nothing`] : []),
    ...(isOptional && !text.includes('Default: ') ? [`.${path} names no default`] : []),
  ];
}

/**
 * The fields that people write or read: those of an interface or a class, and of what is declared as data (`…Input`)
 * whatever is in it. What is inherited is held to this where it is declared.
 */
function fieldsOf({ name, kind, type, children = [] }: Reflection): Field[] {
  if (kind === ReflectionKind.TypeAlias) return name.endsWith('Input') ? fieldsIn(type, '') : [];
  return children
    .filter((field) => field.kind === ReflectionKind.Property && field.inheritedFrom === undefined)
    .map((field) => ({ path: field.name, field }));
}

function fieldsIn(type: JSONOutput.SomeType | undefined, above: string): Field[] {
  return typesIn(type).flatMap(({ children = [] }) =>
    children.flatMap((field) => {
      const path = `${above}${field.name}`;
      const inner = fieldsIn(field.type, `${path}.`);
      // A default for every field at once.
      const isCovered = /omitted fields/i.test(textOf(field.comment?.summary ?? []));
      return [{ path, field }, ...(isCovered ? inner.map((one) => ({ ...one, isCovered })) : inner)];
    }),
  );
}

/** The objects that a type is made of, through unions, lists and arguments. */
function typesIn(type: JSONOutput.SomeType | undefined): Reflection[] {
  switch (type?.type) {
    case 'reflection':
      return [type.declaration];
    case 'union':
    case 'intersection':
      return type.types.flatMap(typesIn);
    case 'array':
      return typesIn(type.elementType);
    case 'typeOperator':
      return typesIn(type.target);
    case 'reference':
      return (type.typeArguments ?? []).flatMap(typesIn);
    default:
      return [];
  }
}

function textOf(parts: readonly JSONOutput.CommentDisplayPart[]): string {
  // A sentence may go on in the next line.
  return parts
    .map(({ text }) => text)
    .join('')
    .replaceAll(/\s+/g, ' ');
}
