import { ReadOnlyError } from '../../errors';
import type { RecordStore } from '../../model/record/record-store';
import { GitRecordStore } from '../git-record-store';
import type { WorkspaceScope } from '../scope';

/** The records of a view, which never change. */
export function readOnlyStore(scope: WorkspaceScope): RecordStore {
  const store = new GitRecordStore(scope);
  const refuse = (): Promise<never> =>
    scope.current.gate.read(() => {
      throw new ReadOnlyError(
        'The record belongs to a view, in which nothing can be changed. ' +
          'Get it in a workspace that is on a branch, and change it there.',
      );
    });
  return {
    blobs: { ...store.blobs, write: refuse },
    write: refuse,
    remove: refuse,
    atomically: refuse,
    read: (...call) => store.read(...call),
    readEarlier: (...call) => store.readEarlier(...call),
    readMany: (...call) => store.readMany(...call),
    readAll: (...call) => store.readAll(...call),
    ids: (...call) => store.ids(...call),
    lookUp: (...call) => store.lookUp(...call),
    blame: (...call) => store.blame(...call),
    history: (...call) => store.history(...call),
    typeOf: (oid) => store.typeOf(oid),
    lock: refuse,
  };
}
