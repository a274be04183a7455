import { InvalidArgumentError, ModelDefinitionError, ModelNotRegisteredError } from '../errors';
import { bind, bindingOf, findBinding } from './binding';
import { GitModel } from './git-model';
import { fillInstance } from './record/instance';
import { RecordCollection } from './record/record-collection';
import type { RecordContext } from './record/record-context';
import { rulesOf } from './record/record-rules';
import type { RecordPlace, RecordStore } from './record/record-store';
import { mindingFields } from './relation/referential-actions';
import type { Referrer } from './relation/referential-actions';
import { compilePlace } from './schema/place';
import type { PlaceOptions } from './schema/place';
import { compileSchema } from './schema/schema';
import type { ModelSchema } from './schema/schema';
import type { BoundModel, ModelConstructor, ModelId } from './types';

/** The registered models of a module: those of its exports that are models, bound. */
export type BoundModels<M> = {
  readonly [K in keyof M as M[K] extends ModelConstructor ? K : never]: M[K] extends ModelConstructor
    ? BoundModel<M[K]>
    : never;
};

type AnyBoundModel = BoundModel<typeof GitModel<ModelId>>;

/** A bound class and what it was compiled to. */
export interface RegisteredModel {
  readonly model: ModelConstructor;
  readonly schema: ModelSchema;
}

/** What every model has, which a field must not hide. */
const METHODS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(GitModel.prototype));

/** For a class that `register` has made: the class that it was made from. */
const originals = new WeakMap<object, ModelConstructor>();

/** The models of one workspace. */
export class ModelRegistry {
  /** The registered models by name. */
  readonly models: Readonly<Record<string, AnyBoundModel>> = Object.create(null) as Record<
    string,
    AnyBoundModel
  >;
  private readonly byClass = new Map<
    ModelConstructor,
    { readonly bound: AnyBoundModel; readonly name: string }
  >();
  /** The names, in lower case, of the models without a class whose records were asked for. */
  readonly collections: ReadonlySet<string>;
  private readonly byName = new Map<string, AnyBoundModel>();
  private readonly schemas: ModelSchema[] = [];
  private readonly context: RecordContext;
  /** By the bound class that is referred to; compiled when it is asked for, since models refer to later ones. */
  private referrers: Map<ModelConstructor, Referrer[]> | undefined;

  constructor(
    private readonly store: RecordStore,
    private readonly asked = new Set<string>(),
  ) {
    this.collections = asked;
    this.context = { store, at: undefined, resolveModel: (model) => this.resolve(model) };
  }

  /**
   * Binds a class: returns a subclass of it whose records live in this registry's store. The class itself
   * stays as it is, and can be registered elsewhere too. Registering it again returns the same subclass.
   *
   * @throws ModelDefinitionError when the class cannot be a model, or its name is taken.
   */
  register<C extends ModelConstructor>(modelClass: C, name?: string): BoundModel<C> {
    if (!isModel(modelClass)) {
      throw new InvalidArgumentError('Only a class that extends GitModel can be registered.', {
        details: { option: 'modelClass', value: modelClass },
      });
    }
    const original = originals.get(modelClass) ?? modelClass;
    const known = this.byClass.get(original);
    if (known && (name === undefined || name === known.name)) return known.bound as unknown as BoundModel<C>;
    if (known) {
      throw new ModelDefinitionError(
        `${original.name} is registered as "${known.name}" already and cannot be "${name}" too.`,
        { details: { model: known.name } },
      );
    }
    return this.bind(original, compileSchema(original, name, METHODS)) as unknown as BoundModel<C>;
  }

  /**
   * A registry of the same models over another store, with bound classes of its own. What is registered with either of
   * them later is not registered with the other one; models without a class are known to both.
   */
  fork(store: RecordStore): ModelRegistry {
    const fork = new ModelRegistry(store, this.asked);
    for (const [original, { bound }] of this.byClass) {
      const schema = findBinding(bound)?.schema;
      if (schema) fork.bind(original, schema);
    }
    return fork;
  }

  /** Registers every model among the exports of a module, and returns them bound. */
  importModels<M extends object>(module: M): BoundModels<M> {
    const models = Object.entries(module)
      .filter(([, each]) => isModel(each) && each !== GitModel)
      .map(([name, each]) => [name, this.register(each as ModelConstructor)]);
    return Object.fromEntries(models) as BoundModels<M>;
  }

  /**
   * The records of a model as plain objects: by the rules of its class, if that is registered, else by the options.
   *
   * @throws InvalidArgumentError when the name or an option cannot be used.
   */
  records(name: string, options: PlaceOptions = {}): RecordCollection {
    const bound = typeof name === 'string' ? this.byName.get(name.toLowerCase()) : undefined;
    if (bound) {
      const { schema } = bindingOf(bound, 'be read');
      return new RecordCollection(schema.name, schema, this.store, rulesOf(bound));
    }
    const place = compilePlace(name, options, (problem) => {
      throw new InvalidArgumentError(`The collection ${problem}`, {
        details: { option: 'name', value: name },
      });
    });
    const owner = this.schemas.find((schema) => overlaps(schema, place));
    if (owner) {
      throw new InvalidArgumentError(
        `The folder "${place.folder}" belongs to the model "${owner.name}"; ask for records("${owner.name}").`,
        { details: { option: 'folder', value: place.folder } },
      );
    }
    this.asked.add(name.toLowerCase());
    return new RecordCollection(name, place, this.store, undefined);
  }

  /** What a model was compiled to, by its name; undefined when there is none. */
  schemaOf(name: string): ModelSchema | undefined {
    const bound = this.byName.get(name.toLowerCase());
    return bound && findBinding(bound)?.schema;
  }

  /** The registered models that have records of their own. */
  get concrete(): readonly RegisteredModel[] {
    return [...this.byClass.values()]
      .map(({ bound }) => ({
        model: bound,
        schema: findBinding(bound)?.schema as ModelSchema,
      }))
      .filter(({ schema }) => !schema.abstract);
  }

  private bind(original: ModelConstructor, schema: ModelSchema): AnyBoundModel {
    this.claim(schema);
    const bound = makeBoundClass(original, schema, this.context);
    bind(bound, {
      schema,
      store: this.store,
      context: this.context,
      referrers: () => this.referrersOf(bound),
      overridden: overriddenBy(original),
      knowsModel: (each) => this.byName.has(each.toLowerCase()),
    });
    this.byName.set(schema.name.toLowerCase(), bound);
    this.referrers = undefined;
    originals.set(bound, original);
    this.byClass.set(original, { bound, name: schema.name });
    (this.models as Record<string, AnyBoundModel>)[schema.name] = bound;
    return bound;
  }

  /** The bound class of a model, by its class, bound or not, or by its name. */
  private resolve(model: ModelConstructor | string): ModelConstructor {
    const bound =
      typeof model === 'string'
        ? this.byName.get(model.toLowerCase())
        : this.byClass.get(originals.get(model) ?? model)?.bound;
    if (bound) return bound;
    const name = typeof model === 'string' ? model : model.name;
    throw new ModelNotRegisteredError(
      `A field refers to the model ${name}, which is not registered with this workspace. ` +
        `Call "workspace.register(${name})" before its records are needed.`,
      { details: { model: name } },
    );
  }

  private referrersOf(target: ModelConstructor): readonly Referrer[] {
    this.referrers ??= this.collectReferrers();
    return this.referrers.get(target) ?? [];
  }

  private collectReferrers(): Map<ModelConstructor, Referrer[]> {
    const referrers = new Map<ModelConstructor, Referrer[]>();
    for (const { bound } of this.byClass.values()) {
      const schema = findBinding(bound)?.schema;
      if (!schema || schema.abstract) continue;
      for (const { schemaField, onDelete, target } of mindingFields(schema, this.context)) {
        referrers.set(target, [...(referrers.get(target) ?? []), { model: bound, schemaField, onDelete }]);
      }
    }
    return referrers;
  }

  /** Two models must not have one name, nor one folder inside another's. */
  private claim(schema: ModelSchema): void {
    const owner = this.schemas.find(
      (each) => each.name.toLowerCase() === schema.name.toLowerCase() || overlaps(each, schema),
    );
    if (owner) {
      throw new ModelDefinitionError(
        `The model "${schema.name}" would share the folder "${schema.folder}" with the model "${owner.name}"; ` +
          'give one of them another name or folder: @Model({ name: …, folder: … }).',
        { details: { model: schema.name } },
      );
    }
    this.schemas.push(schema);
  }
}

/** Whether one folder is the other or inside it, where file systems may take no notice of case. */
function overlaps(one: RecordPlace, other: RecordPlace): boolean {
  const [a, b] = [one, other].map(({ folder }) => `${folder}/`.toLowerCase()) as [string, string];
  return a.startsWith(b) || b.startsWith(a);
}

function isModel(value: unknown): value is ModelConstructor {
  return typeof value === 'function' && (value === GitModel || value.prototype instanceof GitModel);
}

/** The methods of every model that a class has others for. */
function overriddenBy({ prototype }: { readonly prototype: object }): ReadonlySet<string> {
  const names = new Set<string>();
  for (let each = prototype; each !== GitModel.prototype; each = Object.getPrototypeOf(each) as object) {
    for (const name of Object.getOwnPropertyNames(each)) if (METHODS.has(name)) names.add(name);
  }
  return names;
}

/**
 * A subclass that fills its instances. It does so after all constructors above it, because by then the field
 * initialisers have run: compilers that define class fields set every declared property to undefined there.
 */
function makeBoundClass(
  original: ModelConstructor,
  schema: ModelSchema,
  context: RecordContext,
): AnyBoundModel {
  const Parent = original as unknown as new (values: object) => GitModel<ModelId>;
  class Bound extends Parent {
    constructor(values: object = {}) {
      super(values);
      // A subclass of this class is bound on its own, and fills itself.
      if (new.target === Bound) fillInstance(this, schema, context, values);
    }
  }
  Object.defineProperty(Bound, 'name', { value: schema.name });
  if (!schema.fields.some(({ property }) => property === 'id') && !hasOwnId(Parent.prototype as object)) {
    defineIdAlias(Bound.prototype, schema.idField.property);
  }
  return Bound as unknown as AnyBoundModel;
}

/** The prototypes on which `id` is another name of the id field. */
const aliased = new WeakSet<object>();

/** Whether a class says itself what `id` is. */
function hasOwnId(prototype: object): boolean {
  let each: object | null = prototype;
  while (each && !Object.hasOwn(each, 'id')) each = Object.getPrototypeOf(each) as object | null;
  return each !== null && !aliased.has(each);
}

/** Makes `id` another name of the id field. */
function defineIdAlias(prototype: object, idProperty: string): void {
  aliased.add(prototype);
  Object.defineProperty(prototype, 'id', {
    get(this: object): unknown {
      return Reflect.get(this, idProperty);
    },
    set(this: object, id: unknown) {
      Reflect.set(this, idProperty, id);
    },
    configurable: true,
  });
}
