import type { ValuePath } from '../fields/invalid-value';
import { isJsonArray, isSameJson, JsonNumber } from '../json-value';
import type { JsonObject, JsonValue } from '../json-value';

/** A stored value, or undefined where nothing is stored. */
export type StoredValue = JsonValue | undefined;

/** The three versions of a stored value. */
export interface StoredVersions {
  readonly base: StoredValue;
  readonly ours: StoredValue;
  readonly theirs: StoredValue;
}

/** A part of a value that both sides have changed, each to something else. */
export interface ValueConflict extends StoredVersions {
  /** Where inside the value it is: keys, and of the items of a keyed list their keys. */
  readonly path: ValuePath;
  /** Decides on it; what {@link MergedValue.build} gives has it then. Until then it has our side. */
  readonly decide: (value: StoredValue) => void;
}

/** What comes of merging the versions of a value. */
export interface MergedValue {
  readonly conflicts: readonly ValueConflict[];
  /** The value as it is decided by now. */
  build(): StoredValue;
}

/** A value in which nothing is in conflict. */
export function settled(value: StoredValue): MergedValue {
  return { conflicts: [], build: () => value };
}

/** A value that is a conflict as a whole. */
export function conflicting(versions: StoredVersions, path: ValuePath = []): MergedValue {
  let value = versions.ours;
  const decide = (chosen: StoredValue): void => {
    value = chosen;
  };
  return { conflicts: [{ ...versions, path, decide }], build: () => value };
}

/**
 * What is to be taken where one side at most has changed a value, or both have to the same; else undefined.
 *
 * @param isStrict Whether it is not settled, too, when both have changed it to the same.
 */
function mergeTrivially({ base, ours, theirs }: StoredVersions, isStrict: boolean): MergedValue | undefined {
  if (isSameJson(base, theirs)) return settled(ours);
  if (isSameJson(base, ours)) return settled(theirs);
  return !isStrict && isSameJson(ours, theirs) ? settled(ours) : undefined;
}

/**
 * Merges values; objects by key, as deep as all three are objects. Anything else that both have changed is a conflict.
 *
 * @param isStrict See {@link mergeTrivially}.
 */
export function mergeJson(versions: StoredVersions, isStrict: boolean, path: ValuePath = []): MergedValue {
  const trivial = mergeTrivially(versions, isStrict);
  if (trivial) return trivial;
  const { base, ours, theirs } = versions;
  // Where there was none before, both have made one.
  const before = base ?? {};
  if (!isObject(before) || !isObject(ours) || !isObject(theirs)) return conflicting(versions, path);
  const parts = unionOf(Object.keys(ours), Object.keys(theirs)).map((key) => {
    const inside = { base: at(before, key), ours: at(ours, key), theirs: at(theirs, key) };
    return [key, mergeJson(inside, isStrict, [...path, key])] as const;
  });
  return {
    conflicts: parts.flatMap(([, part]) => part.conflicts),
    build: () =>
      Object.fromEntries(
        parts
          .map(([key, part]) => [key, part.build()] as const)
          .filter((entry): entry is readonly [string, JsonValue] => entry[1] !== undefined),
      ),
  };
}

/**
 * Merges lists whose items are in no order and told by their value: what either side has added is in, what either has
 * removed is not. What was there before comes first, in our order. Undefined where a version is no list.
 */
export function mergeSet({ base, ours, theirs }: StoredVersions): MergedValue | undefined {
  const lists = [base ?? [], ours ?? [], theirs ?? []];
  if (!lists.every(isJsonArray)) return undefined;
  const [before, left, right] = lists.map((list) => new Map(list.map((item) => [keyOf(item), item]))) as [
    Map<string, JsonValue>,
    Map<string, JsonValue>,
    Map<string, JsonValue>,
  ];
  const kept = [...left].filter(([key]) => right.has(key) || !before.has(key));
  const added = [...right].filter(([key]) => !left.has(key) && !before.has(key));
  return settled([...kept, ...added].map(([, item]) => item));
}

/**
 * Merges lists of objects, each of which is told from the others by the value of a key: item by item as {@link mergeJson}
 * does it. Our order counts; what they have added comes after what it follows there. Undefined where a version is no
 * list of such objects, or has one twice.
 */
export function mergeKeyedList(
  { base, ours, theirs }: StoredVersions,
  key: string,
  isStrict: boolean,
): MergedValue | undefined {
  const [before, left, right] = [base, ours, theirs].map((list) => byKey(list ?? [], key));
  if (!before || !left || !right) return undefined;
  const order = [...left.keys()];
  for (const [place, id] of [...right.keys()].entries()) {
    if (left.has(id)) continue;
    const previous = [...right.keys()].slice(0, place).reverse();
    const after = previous.map((each) => order.indexOf(each)).find((found) => found >= 0);
    order.splice(after === undefined ? 0 : after + 1, 0, id);
  }
  const items = order.map((id) =>
    mergeJson(
      { base: before.get(id)?.item, ours: left.get(id)?.item, theirs: right.get(id)?.item },
      isStrict,
      [(left.get(id) ?? right.get(id))?.name ?? id],
    ),
  );
  return {
    conflicts: items.flatMap(({ conflicts }) => conflicts),
    build: () => items.map((item) => item.build()).filter((item) => item !== undefined),
  };
}

interface KeyedItem {
  readonly name: string | number;
  readonly item: JsonObject;
}

function byKey(list: JsonValue, key: string): Map<string, KeyedItem> | undefined {
  if (!isJsonArray(list)) return undefined;
  const items = new Map<string, KeyedItem>();
  for (const item of list) {
    if (!isObject(item)) return undefined;
    const name = at(item, key);
    if (typeof name !== 'string' && typeof name !== 'number') return undefined;
    items.set(keyOf(name), { name, item });
  }
  return items.size === list.length ? items : undefined;
}

/** A text that two values have in common only if they mean the same. */
function keyOf(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof JsonNumber) return String(value.exact ?? value.text);
  if (isJsonArray(value)) return `[${value.map(keyOf).join()}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${keyOf(value[key] as JsonValue)}`).join()}}`;
}

function isObject(value: StoredValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value) && !(value instanceof JsonNumber);
}

function at(value: JsonObject, key: string): StoredValue {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Both, without repetition, ours first. */
export function unionOf(ours: Iterable<string>, theirs: Iterable<string>): string[] {
  return [...new Set([...ours, ...theirs])];
}
