import { AbstractModelError, ModelNotRegisteredError } from '../errors';
import type { RecordContext } from './record/record-context';
import type { RecordStore } from './record/record-store';
import type { Referrer } from './relation/referential-actions';
import type { ModelSchema } from './schema/schema';

/** What a registered class is bound to. */
export interface Binding {
  readonly schema: ModelSchema;
  readonly store: RecordStore;
  /** For the values of records that are new, or were read from what is staged. */
  readonly context: RecordContext;
  /** The models whose fields refer to this one and mind what happens to its records. */
  readonly referrers: () => readonly Referrer[];
  /** The names of GitModel's own methods that the class has others for. */
  readonly overridden: ReadonlySet<string>;
  /** Whether the workspace has a model of this name. */
  readonly knowsModel: (name: string) => boolean;
}

const bindings = new WeakMap<object, Binding>();

/** Binds a class; instances of it, but not of its subclasses, can then be stored. */
export function bind(modelClass: object, binding: Binding): void {
  bindings.set(modelClass, binding);
}

/** What a class is bound to, or undefined when it was not registered itself. */
export function findBinding(modelClass: object): Binding | undefined {
  return bindings.get(modelClass);
}

/**
 * What a class is bound to.
 *
 * @throws ModelNotRegisteredError when it was not registered itself.
 * @throws AbstractModelError when the model is only a base for others.
 */
export function bindingOf(modelClass: { readonly name: string }, use: string): Binding {
  const binding = bindings.get(modelClass);
  if (!binding) {
    throw new ModelNotRegisteredError(
      `${modelClass.name} cannot ${use}: it was not registered with a workspace. ` +
        `Call "const Bound = workspace.register(${modelClass.name})" and use what it returns.`,
      { details: { model: modelClass.name } },
    );
  }
  if (binding.schema.abstract) {
    throw new AbstractModelError(
      `${modelClass.name} cannot ${use}: it is abstract. Register and use a model that extends it.`,
      { details: { model: modelClass.name } },
    );
  }
  return binding;
}
