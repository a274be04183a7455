import { InvalidPathError, ModelDefinitionError } from '../errors';
import { checkFolderName } from '../object/path';
import { declarationOf } from './declaration';
import type { FieldDeclaration, ModelDeclaration } from './declaration';
import type { FieldType } from './fields/field';
import { UUIDFieldType } from './fields/uuid-field';

/** A field in its place in a model. */
export interface SchemaField {
  /** The property of the model's instances. */
  readonly property: string;
  /** The key in the stored record. */
  readonly storedName: string;
  readonly field: FieldType<unknown>;
}

/** What a model's records look like and where they are: compiled from the class, checked, and frozen. */
export interface ModelSchema {
  readonly name: string;
  /** The folder of the model's records, at the root of the tree. */
  readonly folder: string;
  /** The name of the file in a record's folder that holds its fields. */
  readonly dataFilename: string;
  readonly abstract: boolean;
  /** Parents' fields first, each class's in the order of its declarations. */
  readonly fields: readonly SchemaField[];
  readonly idField: SchemaField;
}

/** A class's prototypes, from the topmost down to its own. */
type Lineage = readonly object[];

/** Names that a field cannot have, because every record has something of this name. */
const RESERVED = new Set(['constructor', 'oid', '__proto__', 'prototype']);

const DATA_FILENAME = 'data.json';

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
  const options = declarationOf(modelClass.prototype)?.options ?? {};
  const modelName = name ?? options.name ?? modelClass.name;
  const refuse = (problem: string, field?: string): never => {
    const subject = `${modelClass.name || 'The class'}${field === undefined ? '' : `.${field}`}`;
    throw new ModelDefinitionError(`${subject} ${problem}`, { details: { model: modelName, field } });
  };
  const folder = checkModelName(modelName, refuse);
  const declared = collectFields(lineage, refuse);
  for (const { property } of declared) {
    if (RESERVED.has(property) || reserved.has(property)) {
      refuse('has the name of something that every model has; choose another name.', property);
    }
  }
  const fields = declared.map(({ property, create }) => instantiate(property, create, refuse));
  const idField = chooseId(lineage, fields, refuse) ?? automaticId(fields, refuse);
  checkStoredNames(fields, refuse);
  return Object.freeze({
    name: modelName,
    folder,
    dataFilename: DATA_FILENAME,
    abstract: options.abstract ?? false,
    fields: Object.freeze(fields),
    idField,
  });
}

/** The path of a record's own folder. */
export function recordFolder(schema: ModelSchema, id: string): string {
  return `${schema.folder}/${checkFolderName(id)}`;
}

/** The path of the file with a record's fields. */
export function dataPath(schema: ModelSchema, id: string): string {
  return `${recordFolder(schema, id)}/${schema.dataFilename}`;
}

type Refuse = (problem: string, field?: string) => never;

function lineageOf(prototype: object): Lineage {
  const lineage: object[] = [];
  for (let each: object | null = prototype; each; each = Object.getPrototypeOf(each) as object | null) {
    lineage.unshift(each);
  }
  return lineage;
}

function checkModelName(name: string, refuse: Refuse): string {
  if (typeof name !== 'string') return refuse(`has the name ${String(name)}, which is not a string.`);
  try {
    return checkFolderName(name.toLowerCase());
  } catch (error) {
    if (!(error instanceof InvalidPathError)) throw error;
    return refuse(
      `has the name ${JSON.stringify(name)}, which cannot be a folder's: it ${String(error.details.reason)}.`,
    );
  }
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

function instantiate(property: string, create: () => FieldType<unknown>, refuse: Refuse): SchemaField {
  try {
    const field = create();
    return Object.freeze({ property, storedName: field.storedName ?? property, field });
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
function automaticId(fields: SchemaField[], refuse: Refuse): SchemaField {
  if (fields.some(({ property }) => property === 'id')) {
    refuse('is a field but not the id; mark it with { id: true }, or mark another field.', 'id');
  }
  const idField = instantiate('id', () => new UUIDFieldType({ id: true }), refuse);
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
