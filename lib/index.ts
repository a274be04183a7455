/**
 * gitmodel: objects in a Git repository.
 *
 * @packageDocumentation
 */

// Workspaces
export { Workspace } from './workspace/workspace';
export type { OpenOptions, SyncOptions, WalkOptions } from './workspace/workspace';
export { WorkspaceConfig } from './workspace/config';
export type { ConfigOptions } from './workspace/config';
export { WorkspaceIndex } from './workspace/workspace-index';
export type { AddBlobOptions, EntryObject } from './workspace/workspace-index';
export type { Branch } from './workspace/branch';
export type { CreateCommitOptions } from './workspace/commit-stage';
export type { Commit, WalkOrder } from './git/commits';
export type { ChangedPath, ChangeStatus, TreeDiff } from './git/diff';

// Models
export { GitModel } from './model/git-model';
export {
  BooleanField,
  CharField,
  Field,
  Id,
  IntegerField,
  Model,
  SlugField,
  UUIDField,
} from './model/decorators';
export { fieldDecorator } from './model/field-decorator';
export type { FieldDecorator, FieldDecoratorFactory } from './model/field-decorator';
export type { ModelOptions } from './model/declaration';
export { RecordSet } from './model/record-set';
export type { CommitOptions, DeleteOptions, ReadOptions, SaveOptions } from './model/record-store';
export type { BoundModels } from './model/registry';
export type { BoundModel, IdOf, ModelConstructor, ModelId, ModelValues } from './model/types';

// Fields, to build one's own
export { BooleanFieldType } from './model/fields/boolean-field';
export { CharFieldType } from './model/fields/char-field';
export { FieldType } from './model/fields/field';
export type { FieldOptions, Validator } from './model/fields/field-options';
export { InvalidValue } from './model/fields/invalid-value';
export type { ValuePath } from './model/fields/invalid-value';
export { IntegerFieldType } from './model/fields/integer-field';
export { SlugFieldType } from './model/fields/slug-field';
export { UUIDFieldType } from './model/fields/uuid-field';

// Stored records
export { JsonNumber } from './model/json-value';
export type { JsonObject, JsonValue } from './model/json-value';
export { json } from './model/serializers/json';
export { markdown } from './model/serializers/markdown';
export type { MarkdownOptions } from './model/serializers/markdown';
export type { Serializer, StoredRecord } from './model/serializers/serializer';
export type { RecordContext } from './model/record-context';

// Git's terms
export type { Signature, SignatureInput } from './object/commit-codec';
export { FileMode } from './object/file-mode';
export type { EntryKind } from './object/file-mode';
export type { TreeEntry } from './object/staged-tree';

// Errors
export * from './errors';
