/**
 * Every error that gitmodel throws on purpose. Each has a stable {@link GitModelError.code} to branch on, a
 * message for people that names the thing, the value and the remedy, `details` with the same facts as data,
 * and the `cause` where another error lies behind it.
 */

/** What a {@link GitModelError} may carry besides its message. */
export interface GitModelErrorOptions {
  /** The error that lies behind this one, for example the one libgit2 reported. */
  readonly cause?: unknown;
  /** The facts of the message as data: `path`, `ref`, `model`, `id`, … as the error's class documents. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The base of all errors of this library.
 *
 * @example
 * ```ts
 * try {
 *   await Page.get('no-such-page');
 * } catch (error) {
 *   if (!(error instanceof GitModelError) || error.code !== 'DOES_NOT_EXIST') throw error;
 * }
 * ```
 */
export abstract class GitModelError extends Error {
  /** A stable name to branch on; it does not change between releases, messages may. */
  abstract readonly code: string;
  /** The facts of the message as data. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: GitModelErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = options.details ?? {};
  }
}

// --- The repository and its objects --------------------------------------------------------------------------

/** There is no Git repository at the path. `details`: `path`. */
export class RepositoryNotFoundError extends GitModelError {
  readonly code = 'REPOSITORY_NOT_FOUND';
}

/** The repository cannot do what was asked, for example a checkout in a bare one. `details`: `path`. */
export class UnsupportedRepositoryError extends GitModelError {
  readonly code = 'UNSUPPORTED_REPOSITORY';
}

/** The object database has no such object. `details`: `oid`, or `treeish` when a name was looked up. */
export class ObjectNotFoundError extends GitModelError {
  readonly code = 'OBJECT_NOT_FOUND';
}

/** An object is there but is not what Git's format or the caller expects. `details`: `oid`, `path`. */
export class InvalidObjectError extends GitModelError {
  readonly code = 'INVALID_OBJECT';
}

/**
 * An object, or the lock for upkeep, could not be written, for example because the disk is full. `details`: `oid` (of an
 * object), `path`.
 */
export class ObjectWriteError extends GitModelError {
  readonly code = 'OBJECT_WRITE_FAILED';
}

/**
 * libgit2 failed, a file of Git's is damaged, or one that is no object, as a branch, could not be written, for example because
 * the disk is full (then `cause.code` says why, and the message what has become of it). `details`: `operation` and `errno`,
 * `path` and `position`, or `operation` and `path`.
 */
export class GitError extends GitModelError {
  readonly code = 'GIT_ERROR';
}

// --- Paths and references ------------------------------------------------------------------------------------

/** A path or one of its names is unsafe or malformed. `details`: `path`, `name`, `reason`. */
export class InvalidPathError extends GitModelError {
  readonly code = 'INVALID_PATH';
}

/** A file stands where a folder is needed, or the other way round. `details`: `path`. */
export class PathConflictError extends GitModelError {
  readonly code = 'PATH_CONFLICT';
}

/** There is no entry at this path of the tree. `details`: `path`. */
export class PathNotFoundError extends GitModelError {
  readonly code = 'PATH_NOT_FOUND';
}

/** Git's rules refuse the name of a reference. `details`: `ref`, `reason`. */
export class InvalidReferenceNameError extends GitModelError {
  readonly code = 'INVALID_REFERENCE_NAME';
}

/** There is no such reference. `details`: `ref`. */
export class ReferenceNotFoundError extends GitModelError {
  readonly code = 'REFERENCE_NOT_FOUND';
}

/** The reference exists already, or its name collides with another one's. `details`: `ref`. */
export class ReferenceExistsError extends GitModelError {
  readonly code = 'REFERENCE_EXISTS';
}

/**
 * A reference is there, but names nothing that can be used: its file is damaged, or what it names is missing or damaged.
 * `details`: `ref`, `reason`.
 */
export class BrokenReferenceError extends GitModelError {
  readonly code = 'BROKEN_REFERENCE';
}

/**
 * Somebody else moved the branch since the index was based on it; nothing was written over. `details`: `ref`,
 * `expected` and `actual` (oids, or null for a branch that does not exist).
 */
export class ConcurrentUpdateError extends GitModelError {
  readonly code = 'CONCURRENT_UPDATE';
}

/**
 * A merge that was kept in the repository is not kept any longer: it was completed or given up meanwhile, here or elsewhere.
 * `details`: `ref` (of the merge), `from`, `into`, `outcome` (`completed` or `aborted`).
 */
export class KeptMergeEndedError extends GitModelError {
  readonly code = 'KEPT_MERGE_ENDED';
}

/** Two histories that are to be merged have no commit in common. `details`: `ref`, `treeish`. */
export class UnrelatedHistoriesError extends GitModelError {
  readonly code = 'UNRELATED_HISTORIES';
}

/**
 * A commit from which changes are to be followed is no ancestor of the commit that they are to lead to, as after a forced
 * push. `details`: `oid`, `descendant` (the commit that does not descend from it).
 */
export class NotAnAncestorError extends GitModelError {
  readonly code = 'NOT_AN_ANCESTOR';
}

/**
 * A branch cannot be deleted, because a work tree, HEAD or the workspace is on it. `details`: `ref`, `path` (the folder
 * whose HEAD names it; null for the workspace).
 */
export class BranchInUseError extends GitModelError {
  readonly code = 'BRANCH_IN_USE';
}

/**
 * Deleting the branch would lose commits, because neither the present branch nor its upstream has them. `details`:
 * `ref`, `oid`.
 */
export class BranchNotMergedError extends GitModelError {
  readonly code = 'BRANCH_NOT_MERGED';
}

/** A checkout would overwrite files that were changed by hand; nothing has changed. `details`: `paths`. */
export class CheckoutConflictError extends GitModelError {
  readonly code = 'CHECKOUT_CONFLICT';
}

/**
 * A lock stayed taken for longer than `lockWaitTimeout`. `details`: `ref`, `waited` (milliseconds); of a lock taken with
 * `lock()` also `model`, `id` and `owner` (a {@link LockOwner}; null when that is not known).
 */
export class LockWaitTimeoutError extends GitModelError {
  readonly code = 'LOCK_WAIT_TIMEOUT';
}

/**
 * A lock is not held any more: it was not renewed in time, because the process was stopped or could not write, or
 * somebody else has removed it. `details`: `ref`, `model`, `id`, `reason`.
 */
export class LockLostError extends GitModelError {
  readonly code = 'LOCK_LOST';
}

/** Code asks for a lock that it holds itself, and would wait for itself. `details`: `ref`, `model`, `id`. */
export class LockReentryError extends GitModelError {
  readonly code = 'LOCK_REENTRY';
}

/** The reference of a lock holds something else, or cannot be written. `details`: `ref`, `reason`. */
export class InvalidLockError extends GitModelError {
  readonly code = 'INVALID_LOCK';
}

// --- The workspace -------------------------------------------------------------------------------------------

/** An option or argument has a wrong type or value. `details`: `option`, `value`. */
export class InvalidArgumentError extends GitModelError {
  readonly code = 'INVALID_ARGUMENT';
}

/** The operation would drop or mix up changes that are staged and not committed. */
export class PendingChangesError extends GitModelError {
  readonly code = 'PENDING_CHANGES';
}

/** Something was to be changed where nothing can be: in a view. */
export class ReadOnlyError extends GitModelError {
  readonly code = 'READ_ONLY';
}

/** What was called cannot be within a transaction. `details`: `operation`. */
export class TransactionError extends GitModelError {
  readonly code = 'IN_TRANSACTION';
}

/** There is no branch to commit to: the workspace is at a tag, a commit or a tree. */
export class DetachedHeadError extends GitModelError {
  readonly code = 'DETACHED_HEAD';
}

/** The workspace was closed. `details`: `path`. */
export class WorkspaceClosedError extends GitModelError {
  readonly code = 'WORKSPACE_CLOSED';
}

// --- Models and records --------------------------------------------------------------------------------------

/** A model class is declared in a way that cannot work. `details`: `model`, and `field` where one is at fault. */
export class ModelDefinitionError extends GitModelError {
  readonly code = 'INVALID_MODEL';
}

/** The class was not registered with a workspace, so it cannot be used yet. `details`: `model`. */
export class ModelNotRegisteredError extends GitModelError {
  readonly code = 'MODEL_NOT_REGISTERED';
}

/** The model is abstract: it can be inherited from but has no records. `details`: `model`. */
export class AbstractModelError extends GitModelError {
  readonly code = 'ABSTRACT_MODEL';
}

/** A value was given for a field that the model does not have. `details`: `model`, `field`. */
export class UnknownFieldError extends GitModelError {
  readonly code = 'UNKNOWN_FIELD';
}

/** One thing that is wrong with a value. */
export interface ValidationIssue {
  /** The property's name; empty for an issue of the record as a whole. */
  readonly path: string;
  /** A stable name of the rule that was broken: `required`, `invalid_type`, `invalid_slug`, … */
  readonly code: string;
  /** What is wrong, for people. */
  readonly message: string;
  /** The value that was refused. */
  readonly value: unknown;
}

/** Values do not pass their model's validation; all problems at once. `details`: `model`, `issues`. */
export class ValidationError extends GitModelError {
  readonly code = 'VALIDATION_FAILED';
  /** Everything that is wrong, in the order of the fields. */
  readonly issues: readonly ValidationIssue[];

  constructor(model: string, issues: readonly ValidationIssue[]) {
    const list = issues.map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message));
    super(`${model} is not valid: ${list.join('; ')}.`, { details: { model, issues } });
    this.issues = issues;
  }
}

/** There is no record with this id. `details`: `model`, `id`, `at` (the treeish, where one was given). */
export class DoesNotExistError extends GitModelError {
  readonly code = 'DOES_NOT_EXIST';
}

/** A record would take the place of another one. `details`: `model`, `id`, `path`. */
export class IntegrityError extends GitModelError {
  readonly code = 'INTEGRITY';
}

/**
 * A record cannot be deleted because another one refers to it. `details`: `model`, `id`, `referrer` (its `model`,
 * `id` and `field`).
 */
export class RestrictedError extends GitModelError {
  readonly code = 'RESTRICTED';
}

/**
 * The stored record is not the one that the instance was loaded from or saved as: somebody else has changed,
 * moved or deleted it since. `details`: `model`, `id`, `path`, `expected` and `actual` (oids; null for none).
 */
export class StaleRecordError extends GitModelError {
  readonly code = 'STALE_RECORD';
}

/**
 * One of many records that were to be saved together could not be, so none was, but for what was committed by a
 * `commit()` of its own while they were being saved. The `cause` is the error that saving it has thrown. When that is an
 * {@link ObjectWriteError} about the repository, as on a full disk, the record is not to blame, and the message says so.
 * `details`: `position` (of the record among them, from 0 on), `model`, `id`.
 */
export class BulkSaveError extends GitModelError {
  readonly code = 'BULK_SAVE_FAILED';
}

/** What is stored at the path is not a record of the model. `details`: `path`, `reason`. */
export class InvalidRecordError extends GitModelError {
  readonly code = 'INVALID_RECORD';
}

/** A stored record names a model that the workspace does not know. `details`: `path`, `model`. */
export class ModelNotFoundError extends GitModelError {
  readonly code = 'MODEL_NOT_FOUND';
}
