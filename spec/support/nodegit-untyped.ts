/**
 * What `@types/nodegit` lacks or has wrong, typed as the binding behaves: each cast stands here, once. The
 * numbers are the binding's own at run time; the types' `const enum`s cannot be used in modules that are
 * transpiled one by one, and some of their values are of an older libgit2.
 */
import type {
  Blob,
  Commit,
  Diff,
  DiffOptions,
  Index,
  OdbObject,
  Oid,
  Reference,
  Repository,
  Signature,
  Tree,
  Treebuilder,
  TreeEntry,
} from 'nodegit';

type Numbers = Readonly<Record<string, number>>;

/** `Odb` as it is. */
export interface UntypedOdb {
  read(
    id: Oid | string,
  ): Promise<(Omit<OdbObject, 'data'> & { data(): ReturnType<Blob['rawcontent']> }) | null>;
  write(data: string, length: number, type: number): Promise<Oid>;
  /** Synchronous; 1 or 0. */
  existsExt(id: Oid | string, flags: number): number;
}

/** `Treebuilder` as it is. */
export interface UntypedTreebuilder extends Omit<Treebuilder, 'insert' | 'get'> {
  /** Synchronous. */
  insert(name: string, id: Oid | string, fileMode: number): TreeEntry;
  get(name: string): TreeEntry | undefined;
}

/** One change for `tree.createUpdated`. */
export interface UntypedTreeUpdate {
  /** 0 puts, 1 removes. */
  readonly action: 0 | 1;
  readonly path: string;
  readonly id?: Oid;
  readonly filemode?: number;
}

/** `Tree` as it is. */
export interface UntypedTree extends Omit<Tree, 'createUpdated' | '_entryByName'> {
  createUpdated(repository: Repository, count: number, updates: readonly UntypedTreeUpdate[]): Promise<Oid>;
  _entryByName(name: string): TreeEntry | undefined;
}

/** `Index` as it is: what the types call synchronous gives a promise. */
export interface UntypedIndex extends Omit<Index, 'read' | 'readTree' | 'getByPath'> {
  read(force: number): Promise<void>;
  readTree(tree: Tree): Promise<void>;
  getByPath(path: string, stage?: number): { readonly path: string } | undefined;
}

/** `Diff` as it is. */
export interface UntypedDiff extends Omit<Diff, 'toBuf'> {
  toBuf(format: number): Promise<string>;
}

/** `Transaction`, which the types lack. The methods but `commit` answer libgit2's error code. */
export interface UntypedTransaction {
  lockRef(name: string): number;
  setTarget(name: string, target: Oid, signature: Signature, logMessage: string): number;
  commit(): number;
}

/** `Remote`, with the options as plain objects. */
export interface UntypedRemote {
  name(): string;
  url(): string;
  pushurl(): string | undefined;
  fetch(refspecs: readonly string[], options: object, logMessage: string): Promise<void>;
  push(refspecs: readonly string[], options: object): Promise<void>;
}

/** The static side of the binding, as far as the types are wrong. */
interface Untyped {
  /** For what the types forbid. */
  readonly Blob: { lookup(...args: unknown[]): Promise<Blob> };
  readonly Commit: {
    create(
      repository: Repository,
      updateRef: string | null,
      author: Signature,
      committer: Signature,
      encoding: string | null,
      message: string,
      tree: Tree,
      parentCount: number,
      parents: readonly Commit[],
    ): Promise<Oid>;
  };
  readonly Treebuilder: { create(repository: Repository, source: Tree | null): Promise<UntypedTreebuilder> };
  readonly Reference: {
    createMatching(
      repository: Repository,
      name: string,
      id: Oid | string,
      force: number,
      expected: Oid | string,
      logMessage: string,
    ): Promise<Reference>;
    create(
      repository: Repository,
      name: string,
      id: Oid | string,
      force: number,
      logMessage: string,
    ): Promise<Reference>;
    remove(repository: Repository, name: string): Promise<number>;
    /** 1 or 0. */
    isValidName(name: string): number;
    nameIsValid(name: string): unknown;
    readonly TYPE: Numbers;
  };
  readonly Diff: {
    treeToTree(
      repository: Repository,
      from: Tree | string | null | undefined,
      to: Tree | null | undefined,
      options?: DiffOptions | null,
    ): Promise<UntypedDiff>;
    readonly DELTA: Numbers;
    readonly OPTION: Numbers;
    readonly FORMAT: Numbers;
  };
  readonly Graph: {
    aheadBehind(
      repository: Repository,
      local: Oid,
      upstream: Oid,
    ): Promise<{ ahead: number; behind: number }>;
  };
  readonly Clone: { clone(url: string, folder: string, options?: object): Promise<Repository> };
  readonly Remote: {
    lookup(repository: Repository, name: string): Promise<UntypedRemote>;
    createAnonymous(repository: Repository, url: string): Promise<UntypedRemote>;
  };
  readonly Transaction: { create(repository: Repository): Promise<UntypedTransaction> };
  readonly Libgit2: { readonly opts: (option: number, value?: number) => unknown; readonly OPT: Numbers };
  readonly Checkout: {
    /** The options as a plain object, by the names of `CheckoutOptions`. */
    tree(repository: Repository, tree: Tree, options: object): Promise<void>;
    readonly STRATEGY: Numbers;
    readonly NOTIFY: Numbers;
  };
  readonly Error: { readonly CODE: Numbers };
  readonly Object: { readonly TYPE: Numbers };
  readonly Repository: { readonly INIT_FLAG: Numbers; readonly OPEN_FLAG: Numbers };
  readonly Revwalk: { readonly SORT: Numbers };
  readonly TreeEntry: { readonly FILEMODE: Numbers };
}

/** The binding with the types of this file. */
export const untyped = jest.requireActual<Untyped>('nodegit');

/** The object database of a repository. */
export async function openOdb(repository: Repository): Promise<UntypedOdb> {
  return (await repository.odb()) as unknown as UntypedOdb;
}

/** The index of a repository. */
export async function openIndex(repository: Repository): Promise<UntypedIndex> {
  return (await repository.index()) as unknown as UntypedIndex;
}

/** What `Repository` has and the types lack. */
export function untypedRepository(repository: Repository): {
  ident(): { name: string; email: string };
  getReferenceNames(type: number | undefined): Promise<string[]>;
  isWorktree(): number;
  /** Undefined in a bare repository. */
  workdir(): string | undefined;
} {
  return repository as never;
}
