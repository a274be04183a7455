import type { ModelConstructor } from '../types';
import type { RecordStore } from './record-store';

/** What a record's values may ask for that read from the store themselves. */
export interface RecordContext {
  readonly store: RecordStore;
  /** Where the record was read, so that what it refers to is read there too; undefined for what is staged. */
  readonly at: string | undefined;
  /**
   * The bound class of a model of the same workspace, by its class or its name.
   *
   * @throws ModelNotRegisteredError when there is none.
   */
  readonly resolveModel: (model: ModelConstructor | string) => ModelConstructor;
}
