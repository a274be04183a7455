import type { BoundModel, GitModel, ModelConstructor, ModelId, OpenOptions, Workspace } from 'gitmodel';
import { emptyRepository, openWorkspace } from '../../support/workspaces';

/** Changes records of a workspace, of which the model is bound. */
export type Edit<C extends ModelConstructor> = (model: BoundModel<C>, ws: Workspace) => Promise<unknown>;

/** Two branches of a repository that come from one commit: `main`, on which the workspace is, and `draft`. */
export interface Sides<C extends ModelConstructor> {
  readonly path: string;
  readonly ws: Workspace;
  readonly model: BoundModel<C>;
}

/** Makes the common commit and the commits of both branches. */
export async function openSides<C extends ModelConstructor>(
  modelClass: C,
  edits: { readonly base: Edit<C>; readonly ours: Edit<C>; readonly theirs: Edit<C> },
  options?: OpenOptions,
): Promise<Sides<C>> {
  const path = emptyRepository();
  const ws = await openWorkspace(path, options);
  const model = ws.register(modelClass);
  await edits.base(model, ws);
  await ws.index.addBlob('begun.txt', 'Begun\n');
  await ws.commit({ message: 'Base' });
  await ws.createBranch('draft');
  await edits.ours(model, ws);
  await ws.commit({ message: 'Ours' });
  await ws.setBranch('draft');
  await edits.theirs(model, ws);
  await ws.commit({ message: 'Theirs' });
  await ws.setBranch('main');
  return { path, ws, model };
}

/** Changes the record with an id, by property. */
export async function change<T extends GitModel<ModelId>>(
  model: { get(id: never): Promise<T> },
  id: string,
  values: object,
): Promise<void> {
  const record = await model.get(id as never);
  record.set(values);
  await record.save();
}
