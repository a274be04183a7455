import { inspect } from 'node:util';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ModelDefinitionError } from '../../errors';
import { parsePath } from '../../object/path';
import { declarationOf } from '../decorators/declaration';
import type { FieldDeclaration, ModelDeclaration, ModelOptions } from '../decorators/declaration';
import type { FieldType } from '../fields/field';
import { RelatedFieldType } from '../fields/related-field';
import { UUIDFieldType } from '../fields/uuid-field';
import { BLOB_SUFFIX } from './layout';
import { checkedPath, compilePlace } from './place';
import type { SerializedPlace } from './place';

/** A field in its place in a model. */
export interface SchemaField {
  /** The property of the model's instances. */
  readonly property: string;
  /** The key in the stored record. */
  readonly storedName: string;
  readonly field: FieldType<unknown>;
  /**
   * Whether the class or `Object` has something of the property's name, which an assignment would reach in place of
   * the instance.
   */
  readonly isShadowed: boolean;
}

/** What a model's records look like and where they are: compiled from the class, checked, and frozen. */
export interface ModelSchema extends SerializedPlace {
  readonly abstract: boolean;
  /** Parents' fields first, each class's in the order of its declarations. */
  readonly fields: readonly SchemaField[];
  /** Those of the fields that are part of the record's data. */
  readonly dataFields: readonly SchemaField[];
  /** Those that have files of their own beside it. */
  readonly fileFields: readonly SchemaField[];
  readonly idField: SchemaField;
  readonly invalidValues: 'abort' | 'empty' | 'keep';
  /** The Standard Schema for the record as a whole. */
  readonly refinement: StandardSchemaV1<unknown, object> | undefined;
}

/** A class's prototypes, from the topmost down to its own. */
type Lineage = readonly object[];

/** Names that a field cannot have, because every record has something of this name. */
const RESERVED = new Set(['constructor', 'oid', '__proto__', 'prototype']);

const INVALID_VALUES = ['abort', 'empty', 'keep'];

/**
 * Compiles what the decorators of a class and its parents have recorded.
 *
 * @param name Takes the place of the class's own name.
 * @param reserved The names of methods that a field must not hide.
 * @throws ModelDefinitionError that names the class, the property and the remedy.
 */
export function compileSchema(
  modelClass: { readonly name: string; readonly prototype: object },
  name: string | undefined,
  reserved: ReadonlySet<string>,
): ModelSchema {
  const lineage = lineageOf(modelClass.prototype);
  const own = declarationOf(modelClass.prototype)?.options ?? {};
  const options = inheritedOptions(lineage);
  const modelName = name ?? own.name ?? modelClass.name;
  const refuse = (problem: string, field?: string): never => {
    const subject = `${modelClass.name || 'The class'}${field === undefined ? '' : `.${field}`}`;
    throw new ModelDefinitionError(`${subject} ${problem}`, { details: { model: modelName, field } });
  };
  const declared = collectFields(lineage, refuse);
  for (const { property } of declared) {
    if (RESERVED.has(property) || reserved.has(property)) {
      refuse('has the name of something that every model has; choose another name.', property);
    }
  }
  const { prototype } = modelClass;
  const fields = declared.map(({ property, create }) => instantiate(property, create, prototype, refuse));
  const idField = chooseId(lineage, fields, refuse) ?? automaticId(fields, prototype, refuse);
  checkStoredNames(fields, refuse);
  checkAgainstTheirType(fields, refuse);
  const { invalidValues = 'abort', schema: refinement } = options;
  if (!INVALID_VALUES.includes(invalidValues)) {
    refuse(`has { invalidValues: ${inspect(invalidValues)} }; it takes ${INVALID_VALUES.join(', ')}.`);
  }
  const stored = fields.filter(({ field }) => field.isSerialized);
  const fileFields = stored.filter(({ field }) => field.isStoredApart);
  return Object.freeze({
    ...compilePlace(modelName, { ...options, folder: name === undefined ? own.folder : undefined }, refuse),
    fileNames: Object.freeze(fileFields.map(({ storedName }) => storedName)),
    abstract: own.abstract ?? false,
    fields: Object.freeze(fields),
    dataFields: Object.freeze(stored.filter(({ field }) => !field.isStoredApart)),
    fileFields: Object.freeze(fileFields),
    idField,
    invalidValues,
    refinement,
  });
}

type Refuse = (problem: string, field?: string) => never;

function lineageOf(prototype: object): Lineage {
  const lineage: object[] = [];
  for (let each: object | null = prototype; each; each = Object.getPrototypeOf(each) as object | null) {
    lineage.unshift(each);
  }
  return lineage;
}

/** What the class and its parents say, the closest first. */
function inheritedOptions(lineage: Lineage): ModelOptions {
  const all = lineage.map((prototype) => declarationOf(prototype)?.options ?? {});
  return Object.assign({}, ...all.map(withoutUndefined)) as ModelOptions;
}

function withoutUndefined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function collectFields(lineage: Lineage, refuse: Refuse): FieldDeclaration[] {
  const seen = new Set<string>();
  const fields: FieldDeclaration[] = [];
  for (const { property, create } of lineage.flatMap((prototype) => declarationOf(prototype)?.fields ?? [])) {
    if (seen.has(property)) {
      refuse('is declared twice, in the class or its parents; remove one of the declarations.', property);
    }
    seen.add(property);
    fields.push({ property, create });
  }
  return fields;
}

function instantiate(
  property: string,
  create: () => FieldType<unknown>,
  prototype: object,
  refuse: Refuse,
): SchemaField {
  try {
    const field = create();
    const isShadowed = property in prototype;
    return Object.freeze({ property, storedName: field.storedName ?? property, field, isShadowed });
  } catch (error) {
    if (!(error instanceof ModelDefinitionError)) throw error;
    return refuse(`cannot be a field: ${error.message}`, property);
  }
}

/** The field that the class or its closest parent marks as the id; undefined when none does. */
function chooseId(lineage: Lineage, fields: readonly SchemaField[], refuse: Refuse): SchemaField | undefined {
  for (const prototype of [...lineage].reverse()) {
    const declaration = declarationOf(prototype);
    const chosen = declaration && idPropertiesOf(declaration, fields);
    if (!chosen?.size) continue;
    if (chosen.size > 1) refuse(`has more than one id field: ${[...chosen].join(', ')}. Mark one only.`);
    const [property] = chosen;
    const idField = fields.find((each) => each.property === property);
    if (!idField)
      return refuse('is marked as the id but is not a field; decorate it with a field too.', property);
    if (!idField.field.required)
      refuse('is the id and must not be optional; remove { required: false }.', property);
    return idField;
  }
  return undefined;
}

function idPropertiesOf(declaration: ModelDeclaration, fields: readonly SchemaField[]): Set<string> {
  const own = new Set(declaration.fields.map(({ property }) => property));
  const marked = fields.filter(({ property, field }) => own.has(property) && field.isId);
  const named = declaration.options?.idField;
  return new Set([
    ...marked.map(({ property }) => property),
    ...declaration.idProperties,
    ...(named === undefined ? [] : [named]),
  ]);
}

/** Adds the automatic id, a UUID, before the declared fields. */
function automaticId(fields: SchemaField[], prototype: object, refuse: Refuse): SchemaField {
  if (fields.some(({ property }) => property === 'id')) {
    refuse('is a field but not the id; mark it with { id: true }, or mark another field.', 'id');
  }
  const idField = instantiate('id', () => new UUIDFieldType({ id: true }), prototype, refuse);
  fields.unshift(idField);
  return idField;
}

function checkStoredNames(fields: readonly SchemaField[], refuse: Refuse): void {
  const owners = new Map<string, string>();
  for (const { property, storedName } of fields) {
    const owner = owners.get(storedName);
    if (owner !== undefined) {
      refuse(`is stored as "${storedName}", and so is ${owner}; give one of them another name.`, property);
    }
    if (storedName === '' || storedName === '__proto__') {
      refuse(`cannot be stored as "${storedName}"; choose another name.`, property);
    }
    owners.set(storedName, property);
  }
}

/** What an option may not be together with where or how the field is stored. */
function checkAgainstTheirType(fields: readonly SchemaField[], refuse: Refuse): void {
  for (const { property, storedName, field } of fields) {
    // A list leaves out what is deleted, whatever its items may be.
    if (
      field instanceof RelatedFieldType &&
      field.onDelete === 'setNull' &&
      field.required &&
      !field.nullable
    ) {
      refuse(
        "has { onDelete: 'setNull' } and cannot be null; add { required: false } or { nullable: true }.",
        property,
      );
    }
    if (!field.isStoredApart) continue;
    if (field.isId || field.unique) {
      refuse('has a file of its own, so it cannot be the id or unique; remove that option.', property);
    }
    checkedPath(
      () => parsePath(storedName + BLOB_SUFFIX).join('/'),
      (reason) => refuse(`cannot have a file named "${storedName}${BLOB_SUFFIX}": it ${reason}.`, property),
    );
    if (storedName.includes('/')) refuse(`cannot have a file in another folder: "${storedName}".`, property);
  }
}
