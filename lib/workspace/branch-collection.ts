import { inspect } from 'node:util';
import { checkOptions } from '../arguments';
import { BranchInUseError, BranchNotMergedError, InvalidArgumentError, ObjectNotFoundError } from '../errors';
import {
  readUpstream,
  removeBranchConfig,
  renameBranchConfig,
  trackingRef,
  upstreamOfTracking,
  writeUpstream,
} from '../git/branch-config';
import type { Upstream } from '../git/branch-config';
import { readCommit } from '../git/commits';
import { isAncestor } from '../git/merge-base';
import { referenceNotFound } from '../git/reference-errors';
import { deleteReference, readReference, renameReference } from '../git/references';
import { headsOn, moveHeads } from '../git/worktrees';
import {
  branchRef,
  BRANCHES,
  checkReferenceName,
  isBranchRef,
  shortBranchName,
} from '../object/reference-name';
import { createBranch, makeBranch, readBranch } from './branch';
import type { Branch } from './branch';
import { lockWait } from './context';
import { listReadable } from './reference-listing';
import type { ListOptions } from './reference-listing';
import type { WorkspaceScope } from './scope';

/** The branch, of a remote or of this repository, that a branch goes with. */
export interface BranchUpstream extends Upstream {
  /** The reference that says where it was when it was fetched last; null when it is not fetched. */
  readonly ref: string | null;
}

/** What a branch starts at. */
export interface CreateBranchOptions {
  /** The branch, tag or commit to start at. Default: the commit that the index is based on. */
  readonly from?: string | undefined;
}

/** What may be lost when a branch is deleted. */
export interface DeleteBranchOptions {
  /** Delete it even if it has commits that nothing else has. Default: false. */
  readonly force?: boolean | undefined;
}

/**
 * The branches of a repository. Within a transaction they can be looked at as they are, and to change one is a
 * TransactionError.
 *
 * @example
 * ```ts
 * await ws.branches.create('draft');
 * await ws.branches.rename('draft', 'spring');
 * for (const { name, commit } of await ws.branches.list()) console.log(name, commit.message);
 * await ws.branches.delete('spring');
 * ```
 */
export class BranchCollection {
  /** Use {@link Workspace.branches}. */
  constructor(private readonly scope: WorkspaceScope) {}

  /**
   * Creates a branch.
   *
   * @throws ReferenceExistsError when there is one of this name, or its name collides with another's.
   * @throws ObjectNotFoundError when `from` is not a commit, or there is none yet.
   * @throws InvalidReferenceNameError when Git would refuse the name.
   */
  async create(name: string, options: CreateBranchOptions = {}): Promise<Branch> {
    const { from } = checkOptions(options, { from: true });
    const context = this.scope.outside('branches.create()');
    const { gate, stage } = context;
    return gate.change(async () => {
      const start = from ?? stage.base.commit?.oid;
      if (start === undefined) {
        throw new ObjectNotFoundError(
          `There is no commit yet for the branch "${name}" to start at. Commit something first, or give { from }.`,
          { details: { ref: branchRef(name) } },
        );
      }
      return createBranch(context, name, start);
    });
  }

  /**
   * Reads a branch as it is now.
   *
   * @throws ReferenceNotFoundError when there is none of this name.
   */
  async get(name: string): Promise<Branch> {
    const context = this.scope.current;
    return context.gate.read(() => readBranch(context, name));
  }

  /**
   * All branches as they are now, by the bytes of their names. One that is broken, as it is not at a commit, or that is missing
   * or damaged, is left out, as by git: the option `onBroken` is told.
   *
   * @throws InvalidArgumentError for an option.
   *
   * @example
   * ```ts
   * const broken: string[] = [];
   * const branches = await ws.branches.list({ onBroken: ({ message }) => broken.push(message) });
   * console.log(branches.map(({ name }) => name), broken);
   * ```
   */
  async list(options: ListOptions = {}): Promise<Branch[]> {
    const { gate, repository, objects } = this.scope.current;
    const read = async (ref: string, oid: string): Promise<Branch> =>
      makeBranch(ref, await readCommit(objects, oid));
    return gate.read(() => listReadable(repository, BRANCHES, options, read));
  }

  /**
   * Gives a branch another name. Its log and its configuration go with it, and so do HEAD, the work trees that are on it
   * and this workspace, with what is staged. Other workspaces that are on it find it gone, when they commit.
   *
   * @returns the branch under its new name.
   * @throws ReferenceNotFoundError when there is none of the old name.
   * @throws ReferenceExistsError when the new name is taken or collides with another one; also with the old one, as
   *   `a/b` with `a`: give it a third name in between.
   * @throws ConcurrentUpdateError when somebody else moves the branch at the same time.
   * @throws LockWaitTimeoutError when another process holds a lock for too long. If that is the lock of the
   *   configuration or of a HEAD, the branch has both names then.
   * @throws GitError when a file cannot be written, for example because the disk is full. If that is the configuration or a
   *   HEAD, the branch has both names then.
   */
  async rename(name: string, newName: string): Promise<Branch> {
    const [from, to] = [branchRef(name), branchRef(newName)];
    const context = this.scope.outside('branches.rename()');
    const { gate, stage, repository, config } = context;
    return gate.change(async () => {
      const { oid, commit } = await readBranch(context, from);
      if (from === to) return makeBranch(to, commit);
      const [wait, { durability }] = [lockWait(config), config];
      const between = async (): Promise<void> => {
        await renameBranchConfig(repository, from, to, wait, durability);
        await moveHeads(repository, from, to, wait, durability);
      };
      const logMessage = `Branch: renamed ${from} to ${to}`;
      await renameReference(repository, { from, to, expected: oid, logMessage, between }, wait, durability);
      if (stage.base.ref === from) stage.followRename(to);
      return makeBranch(to, commit);
    });
  }

  /**
   * Deletes a branch, with its log and its configuration.
   *
   * @returns the oid of the commit that it was at, by which it can be made again until `git gc` has been there.
   * @throws ReferenceNotFoundError when there is none of this name.
   * @throws BranchInUseError when this workspace, HEAD or a work tree is on it, with `force` too.
   * @throws BranchNotMergedError when neither the commit that the index is based on nor its upstream descends from it,
   *   unless `force` is set.
   * @throws ConcurrentUpdateError when somebody else moves it at the same time; then it stays.
   * @throws LockWaitTimeoutError when another process holds a lock for too long.
   */
  async delete(name: string, options: DeleteBranchOptions = {}): Promise<string> {
    const { force = false } = checkOptions(options, { force: true });
    const ref = branchRef(name);
    const { gate, repository, config } = this.scope.outside('branches.delete()');
    return gate.change(async () => {
      const oid = await readReference(repository, ref);
      if (oid === null) throw referenceNotFound(ref);
      this.#refuseInUse(ref);
      if (!force) await this.#refuseUnmerged(ref, oid);
      await deleteReference(repository, ref, oid, lockWait(config), config.durability);
      await removeBranchConfig(repository, ref, lockWait(config), config.durability);
      return oid;
    });
  }

  /**
   * The upstream of a branch, as the configuration says; null when it has none.
   *
   * @throws ReferenceNotFoundError when there is no such branch.
   */
  async upstream(name: string): Promise<BranchUpstream | null> {
    return this.scope.current.gate.read(async () => this.#readUpstream(await this.#existing(name)));
  }

  /**
   * Sets the upstream of a branch, or takes it away.
   *
   * @param upstream What git takes: a remote-tracking branch such as `origin/main`, or a branch of this repository. Or
   *   the name of a remote and of a branch there, which need not have been fetched. Null for none.
   * @returns the upstream as it is now.
   * @throws ReferenceNotFoundError when there is no such branch, or no such upstream.
   * @throws InvalidArgumentError when no remote is fetched to what is given.
   * @throws LockWaitTimeoutError when another process holds the lock of the configuration for too long.
   *
   * @example
   * ```ts
   * await ws.branches.create('draft');
   * await ws.branches.setUpstream('draft', 'main');
   * console.log(await ws.branches.upstream('draft'));
   * await ws.branches.setUpstream('draft', { remote: 'origin', branch: 'draft' });
   * ```
   */
  async setUpstream(name: string, upstream: string | Upstream | null): Promise<BranchUpstream | null> {
    const { gate, repository, config } = this.scope.outside('branches.setUpstream()');
    return gate.change(async () => {
      const ref = await this.#existing(name);
      const found = upstream === null ? null : await this.#findUpstream(upstream);
      await writeUpstream(repository, ref, found, lockWait(config), config.durability);
      return this.#readUpstream(ref);
    });
  }

  /** The full name of a branch that exists. */
  async #existing(name: string): Promise<string> {
    const ref = branchRef(name);
    if ((await readReference(this.scope.current.repository, ref)) === null) throw referenceNotFound(ref);
    return ref;
  }

  async #readUpstream(ref: string): Promise<BranchUpstream | null> {
    const { repository } = this.scope.current;
    const upstream = await readUpstream(repository, ref);
    return upstream && { ...upstream, ref: await trackingRef(repository, upstream) };
  }

  async #findUpstream(given: string | Upstream): Promise<Upstream> {
    if (typeof given !== 'string') return checkUpstream(given);
    const { repository } = this.scope.current;
    const candidates = given.startsWith('refs/') ? [given] : [`${BRANCHES}${given}`, `refs/remotes/${given}`];
    for (const ref of candidates) {
      if ((await readReference(repository, ref)) === null) continue;
      const upstream = isBranchRef(ref)
        ? { remote: '.', branch: ref }
        : await upstreamOfTracking(repository, ref);
      if (upstream) return upstream;
      throw new InvalidArgumentError(
        `"${given}" cannot be an upstream: no remote of the configuration is fetched to ${ref}. ` +
          'Give { remote, branch }, or see "git remote add".',
        { details: { option: 'upstream', value: given } },
      );
    }
    throw referenceNotFound(candidates.at(-1) as string);
  }

  #refuseInUse(ref: string): void {
    const { stage, repository } = this.scope.root;
    const name = shortBranchName(ref);
    if (stage.base.ref === ref) {
      throw new BranchInUseError(
        `The workspace is on the branch "${name}". Switch to another one with setBranch() first.`,
        { details: { ref, path: null } },
      );
    }
    const [folder] = headsOn(repository, ref);
    if (folder === undefined) return;
    throw new BranchInUseError(
      `The branch "${name}" is the one that HEAD in "${folder}" names. Switch to another one there with ` +
        '"git switch", or in a bare repository with "git symbolic-ref HEAD refs/heads/OTHER".',
      { details: { ref, path: folder } },
    );
  }

  async #refuseUnmerged(ref: string, oid: string): Promise<void> {
    const { stage, objects, repository } = this.scope.root;
    const upstream = await this.#readUpstream(ref);
    const fetched = upstream?.ref ? await readReference(repository, upstream.ref) : null;
    for (const tip of [stage.base.commit?.oid ?? null, fetched]) {
      if (tip !== null && (await isAncestor(objects, oid, tip))) return;
    }
    throw new BranchNotMergedError(
      `The branch "${shortBranchName(ref)}" at ${oid} has commits that the present branch and its upstream do not ` +
        'have. Merge it first, or delete it with { force: true }.',
      { details: { ref, oid } },
    );
  }
}

function checkUpstream(given: Upstream): Upstream {
  const { remote, branch } = (given ?? {}) as Partial<Upstream>;
  if (typeof remote === 'string' && /^[^\s\0]+$/.test(remote) && typeof branch === 'string') {
    return { remote, branch: branch.startsWith('refs/') ? checkReferenceName(branch) : branchRef(branch) };
  }
  throw new InvalidArgumentError(
    `An upstream is a name such as "origin/main", or { remote, branch }; ${inspect(given)} is not.`,
    { details: { option: 'upstream', value: given } },
  );
}
