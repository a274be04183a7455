import { inspect } from 'node:util';
import { InvalidPathError, ModelDefinitionError } from '../../errors';
import { checkFolderName, parsePath } from '../../object/path';
import type { RecordPlace } from '../record/record-store';
import { json } from '../serializers/json';
import type { Serializer } from '../serializers/serializer';
import { BLOB_SUFFIX, layoutOf } from './layout';
import type { DataPath, Layout } from './layout';

/** What may be said about where and how records are stored. */
export interface PlaceOptions {
  /** The folder of the records, from the root of the tree. Default: the model's name in lower case. */
  readonly folder?: string | undefined;
  /** How a record's file is written and read: `json`, `markdown({ body })`, or one of your own. Default: `json`. */
  readonly serializer?: Serializer | undefined;
  /** The name of the file in a record's folder that holds its fields. Default: `data.` and the serializer's extension. */
  readonly dataFilename?: string | undefined;
  /**
   * Where in the folder the records are: `flat()`, `sharded()`, or a function that gives the path of the data file
   * for an id. Default: `flat()`, a folder for each record with its id as the name.
   */
  readonly dataPath?: DataPath | undefined;
}

/** Where a model's records are, and how they are written there. */
export interface SerializedPlace extends RecordPlace {
  readonly serializer: Serializer;
}

/**
 * Checks what was said about a model's place, and adds what was not.
 *
 * @param refuse Throws an error about the model, with what is wrong.
 */
export function compilePlace(name: string, options: PlaceOptions, refuse: Refuse): SerializedPlace {
  const { serializer = json, folder, dataFilename = `data.${serializer.extension}`, dataPath } = options;
  return {
    name,
    folder: checkFolder(name, folder, refuse),
    dataFilename: checkDataFilename(dataFilename, refuse),
    layout: checkLayout(dataPath, refuse),
    fileNames: [],
    serializer,
  };
}

type Refuse = (problem: string) => never;

function checkFolder(name: string, folder: string | undefined, refuse: Refuse): string {
  if (typeof name !== 'string') return refuse(`has the name ${inspect(name)}, which is not a string.`);
  return checkedPath(
    () => (folder === undefined ? checkFolderName(name.toLowerCase()) : parsePath(folder, 'tree').join('/')),
    (reason) =>
      refuse(
        folder === undefined
          ? `has the name ${JSON.stringify(name)}, which cannot be a folder's: it ${reason}.`
          : `has the folder ${inspect(folder)}, which cannot be one: it ${reason}.`,
      ),
  );
}

function checkDataFilename(dataFilename: string, refuse: Refuse): string {
  return checkedPath(
    () => {
      if (parsePath(dataFilename).length === 1 && !dataFilename.endsWith(BLOB_SUFFIX)) return dataFilename;
      return refuse(
        `has the data file ${JSON.stringify(dataFilename)}; it takes the name of a file that does not end in ` +
          `"${BLOB_SUFFIX}", as blobs' do.`,
      );
    },
    (reason) => refuse(`has the data file ${inspect(dataFilename)}, which cannot be one: it ${reason}.`),
  );
}

function checkLayout(dataPath: DataPath | undefined, refuse: Refuse): Layout {
  try {
    return layoutOf(dataPath);
  } catch (error) {
    if (!(error instanceof ModelDefinitionError)) throw error;
    return refuse(`cannot have this layout: ${error.message}`);
  }
}

/** Runs a check of a path or name; `refuse` gets the reason when it cannot be one. */
export function checkedPath(check: () => string, refuse: (reason: string) => never): string {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InvalidPathError)) throw error;
    return refuse(String(error.details.reason));
  }
}
