import { InvalidArgumentError, ModelDefinitionError } from '../errors';
import { bind } from './binding';
import { GitModel } from './git-model';
import { fillInstance } from './instance';
import type { RecordStore } from './record-store';
import { compileSchema } from './schema';
import type { ModelSchema } from './schema';
import type { BoundModel, ModelConstructor, ModelId } from './types';

/** The registered models of a module: those of its exports that are models, bound. */
export type BoundModels<M> = {
  readonly [K in keyof M as M[K] extends ModelConstructor ? K : never]: M[K] extends ModelConstructor
    ? BoundModel<M[K]>
    : never;
};

type AnyBoundModel = BoundModel<typeof GitModel<ModelId>>;

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
  private readonly byFolder = new Map<string, ModelSchema>();

  constructor(private readonly store: RecordStore) {}

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
    const schema = compileSchema(original, name, METHODS);
    this.claim(schema);
    const bound = makeBoundClass(original, schema);
    bind(bound, { schema, store: this.store, knowsModel: (each) => this.byFolder.has(each.toLowerCase()) });
    originals.set(bound, original);
    this.byClass.set(original, { bound, name: schema.name });
    (this.models as Record<string, AnyBoundModel>)[schema.name] = bound;
    return bound as unknown as BoundModel<C>;
  }

  /** Registers every model among the exports of a module, and returns them bound. */
  importModels<M extends object>(module: M): BoundModels<M> {
    const models = Object.entries(module)
      .filter(([, each]) => isModel(each) && each !== GitModel)
      .map(([name, each]) => [name, this.register(each as ModelConstructor)]);
    return Object.fromEntries(models) as BoundModels<M>;
  }

  private claim(schema: ModelSchema): void {
    const owner = this.byFolder.get(schema.folder);
    if (owner) {
      throw new ModelDefinitionError(
        `The model "${schema.name}" would share the folder "${schema.folder}" with the model "${owner.name}"; ` +
          'give one of them another name: @Model({ name: … }).',
        { details: { model: schema.name } },
      );
    }
    this.byFolder.set(schema.folder, schema);
  }
}

function isModel(value: unknown): value is ModelConstructor {
  return typeof value === 'function' && (value === GitModel || value.prototype instanceof GitModel);
}

/**
 * A subclass that fills its instances. It does so after all constructors above it, because by then the field
 * initialisers have run: compilers that define class fields set every declared property to undefined there.
 */
function makeBoundClass(original: ModelConstructor, schema: ModelSchema): AnyBoundModel {
  const Parent = original as unknown as new (values: object) => GitModel<ModelId>;
  class Bound extends Parent {
    constructor(values: object = {}) {
      super(values);
      // A subclass of this class is bound on its own, and fills itself.
      if (new.target === Bound) fillInstance(this, schema, values);
    }
  }
  Object.defineProperty(Bound, 'name', { value: schema.name });
  if (!schema.fields.some(({ property }) => property === 'id') && !('id' in Parent.prototype)) {
    defineIdAlias(Bound.prototype, schema.idField.property);
  }
  return Bound as unknown as AnyBoundModel;
}

/** Makes `id` another name of the id field. */
function defineIdAlias(prototype: object, idProperty: string): void {
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
