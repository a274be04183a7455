import type { WorkspaceContext } from './context';

/** Tells which parts an operation on a workspace uses: those of the workspace itself. */
export class WorkspaceScope {
  /** @param root The parts of the workspace itself. */
  constructor(readonly root: WorkspaceContext) {}

  /** The parts for what is called here and now. */
  get current(): WorkspaceContext {
    return this.root;
  }
}
