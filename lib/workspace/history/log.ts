import { InvalidArgumentError } from '../../errors';
import { readCommit } from '../../git/commits';
import { idText } from '../../model/record/id';
import type { ModelRegistry } from '../../model/registry';
import type { Commit } from '../../object/commit';
import { folderOf } from '../changes/record-diff';
import type { WorkspaceContext } from '../context';
import { checkLogOptions, logOfFolder, matches } from './commit-log';
import type { LogOptions } from './commit-log';
import { walkRecord } from './record-history';

/**
 * The way to go through the commits that are asked for.
 *
 * @throws InvalidArgumentError for an option.
 */
export function logCommits(
  registry: ModelRegistry,
  options: LogOptions,
): (context: WorkspaceContext) => AsyncGenerator<Commit, void> {
  checkLogOptions(options);
  const { model, id, from } = options;
  if (model === undefined) return (context) => logOfFolder(context, '', options);
  const folder = folderOf(registry, model);
  if (id === undefined) return (context) => logOfFolder(context, folder, options);
  const schema = registry.concrete.find((each) => each.schema.folder === folder)?.schema;
  if (!schema) {
    throw new InvalidArgumentError(
      `The model ${String(model)} is not registered, so that where the record ${JSON.stringify(id)} is cannot be known.`,
      { details: { option: 'model', value: model } },
    );
  }
  return async function* (context) {
    for await (const { position } of walkRecord(context, schema, idText(id, schema), from)) {
      const commit = await readCommit(context.objects, position.commit.oid);
      if (matches(commit, options)) yield commit;
    }
  };
}
