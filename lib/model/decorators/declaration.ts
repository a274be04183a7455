import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ModelDefinitionError } from '../../errors';
import type { FieldType } from '../fields/field';
import type { PlaceOptions } from '../schema/place';

/**
 * What `@Model()` may say about a class. A class inherits what its parents say, except for `name`, `folder` and
 * `abstract`.
 */
export interface ModelOptions extends PlaceOptions {
  /** The model's name. Default: the class's name. */
  readonly name?: string | undefined;
  /** The property that holds the id. Default: the field with `id: true` or `@Id()`, else an automatic UUID. */
  readonly idField?: string | undefined;
  /** Only a base for other models, without records of its own. Default: false. */
  readonly abstract?: boolean | undefined;
  /**
   * What to do when a stored value is not one of its field's: fail with an InvalidRecordError (`abort`), read it as
   * the empty value (`empty`), or leave it to the property as it is (`keep`). What is stored stays in any case, until
   * another value is assigned. Default: `abort`.
   */
  readonly invalidValues?: 'abort' | 'empty' | 'keep' | undefined;
  /**
   * A schema of zod, valibot or another library that implements Standard Schema, for the record as a whole: an
   * object with the values by property. What it gives back takes their place.
   */
  readonly schema?: StandardSchemaV1<unknown, object> | undefined;
}

/** One decorated property. */
export interface FieldDeclaration {
  readonly property: string;
  readonly create: () => FieldType<unknown>;
}

/** All that the decorators of one class have recorded; nothing is checked or interpreted here. */
export interface ModelDeclaration {
  readonly fields: FieldDeclaration[];
  idProperties: string[];
  options: ModelOptions | undefined;
}

const declarations = new WeakMap<object, ModelDeclaration>();

/** What a class itself declares, without its parents; undefined when no decorator has recorded anything. */
export function declarationOf(prototype: object): ModelDeclaration | undefined {
  return declarations.get(prototype);
}

/** The record for a decorator to write to. */
export function declare(prototype: object): ModelDeclaration {
  let declaration = declarations.get(prototype);
  if (!declaration) {
    declaration = { fields: [], idProperties: [], options: undefined };
    declarations.set(prototype, declaration);
  }
  return declaration;
}

/**
 * Checks that a property decorator was called as TypeScript's `experimentalDecorators` calls it. The decorators
 * of the ECMAScript proposal get other arguments, and could not record anything.
 */
export function checkDecorated(decorator: string, prototype: unknown, property: unknown): void {
  if (typeof property === 'object' && property !== null) {
    const { name } = property as { name?: unknown };
    throw new ModelDefinitionError(
      `@${decorator}() on "${String(name)}" was called as a standard decorator. ` +
        'Set "experimentalDecorators": true in tsconfig.json (or the same option of your compiler).',
      { details: { field: name } },
    );
  }
  if (typeof property !== 'string' || typeof prototype !== 'object' || prototype === null) {
    throw new ModelDefinitionError(
      `@${decorator}() belongs on an instance property with a name, not on ${String(property)}.`,
      { details: { field: String(property) } },
    );
  }
}
