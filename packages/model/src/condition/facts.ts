import { type CelInput, type CelMap, celMap } from '@bufbuild/cel';
import type { Principal } from '../principal.ts';

/** What a condition can use: one call's arguments, and its principal. */
export interface Facts {
  readonly args: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
}

/** The facts as CEL values, with their size, which bounds the cost of loops. */
interface CelFacts {
  readonly args: CelMap;
  readonly principal: CelMap;
  /** How many values there are in all lists and objects of the arguments. */
  readonly elements: number;
  /** How many UTF-16 units there are in all their strings. */
  readonly characters: number;
}

/**
 * Only the last conversion is kept: a decision's clauses run in a row, and a WeakMap would burden the garbage
 * collector.
 */
let last: { readonly facts: Facts; readonly made: CelFacts } | undefined;
/** Principals are few, and calls reuse the same objects. */
const principals = new WeakMap<Principal, CelMap>();

/**
 * Converts facts, once for all clauses of a decision. Plain objects become maps here, because the library would treat
 * one with a `$typeName` as a protobuf message.
 */
export function celFacts(facts: Facts): CelFacts {
  if (last?.facts === facts) return last.made;
  const size = { elements: 0, characters: 0 };
  const made = { args: mapOf(facts.args, size), principal: principalMap(facts.principal), ...size };
  last = { facts, made };
  return made;
}

function principalMap(principal: Principal): CelMap {
  const known = principals.get(principal);
  if (known) return known;
  const { issuer, subject, owner, roles } = principal;
  const made = mapOf({ issuer, subject, owner, roles }, { elements: 0, characters: 0 });
  principals.set(principal, made);
  return made;
}

interface Size {
  elements: number;
  characters: number;
}

function celInput(value: unknown, size: Size): CelInput {
  if (typeof value === 'string') {
    size.characters += value.length;
    return value;
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) {
    size.elements += value.length;
    return value.map((item) => celInput(item, size));
  }
  if (typeof value === 'object') return mapOf(value, size);
  throw new Error(`a ${typeof value} isn't JSON`);
}

function mapOf(object: object, size: Size): CelMap {
  const entries = new Map<string, CelInput>();
  for (const [key, value] of Object.entries(object)) {
    size.elements += 1;
    size.characters += key.length;
    entries.set(key, celInput(value, size));
  }
  const map = celMap(entries);
  // The library's own `has` treats a key with the value null as absent; CEL doesn't.
  return Object.assign(map, { has: (key: unknown) => entries.has(key as string) });
}
