import path from 'node:path';
import { inspect } from 'node:util';
import { checkOptions } from '../../arguments';
import type { KnownOptions } from '../../arguments';
import { InvalidPathError, ModelDefinitionError } from '../../errors';
import { checkFolderName, parsePath } from '../../object/path';
import { sha1 } from '../../object/sha1';

/**
 * Where a model's records are, inside the model's folder. Two ids must never have the same path, and an id must
 * always have the same. Paths of data files that differ only in having the extension of `dataFilename` would have
 * the same blobs.
 */
export interface Layout {
  /**
   * Whether each record has a folder of its own: {@link locate} then gives that folder, which holds the data file
   * and the record's blobs. Otherwise it gives the data file, and blobs stand beside that under its name.
   */
  readonly ownFolder: boolean;

  /** The path of the record with this id, below the model's folder. */
  locate(id: string): string;

  /**
   * How many folders stand between the model's folder and the records' own, which have their ids as names.
   * Undefined when paths do not tell the ids; then {@link identify}, or reading the records, has to.
   */
  readonly levels?: number | undefined;

  /** The id of the record at a path that {@link locate} gave; undefined when no record of the model is there. */
  identify?(path: string): string | undefined;
}

/** What a model may say about its layout: a strategy, or the path of the data file of the record with an id. */
export type DataPath = Layout | ((id: string) => string);

/** `page/example-page/data.json`: the layout of python-gitmodel, and the default. */
export function flat(): Layout {
  return FLAT;
}

const FLAT: Layout = Object.freeze({ ownFolder: true, levels: 0, locate: checkFolderName });

/** How {@link sharded} spreads records. */
export interface ShardOptions {
  /** How many hexadecimal digits a folder's name has. Default: 1, for 16 folders in each. */
  readonly width?: number | undefined;
  /** How many levels of folders there are. Default: 3, for 4,096 folders on the last; 1 when a width is given. */
  readonly levels?: number | undefined;
}

const SHARD_OPTIONS: KnownOptions<ShardOptions> = { width: true, levels: true };

/** A SHA-1 has so many hexadecimal digits. */
const HASH_DIGITS = 40;

/**
 * `page/3/f/a/example-page/data.json`: spreads the records over folders by a hash of their ids (SHA-1), which keeps
 * each folder small, and so the cost of a commit, as the model grows to a great many records.
 *
 * A commit writes all folders on the way to a record anew. With the defaults these have 1 KB together in a model of
 * 1,000 records, 2.4 KB in one of 100,000 and 11 KB in one of a million. One level of two digits has one object for
 * three, but 7.5, 23 and 160 KB; docs/performance.md has the measurements. Records are found by their layout: to
 * change it where records are stored, use `ws.relayout()`.
 *
 * @throws ModelDefinitionError when width or levels are not whole numbers from 1 on, or too large together.
 * @throws InvalidArgumentError for an option that there is not.
 *
 * @example
 * ```ts
 * @Model({ name: 'Visit', dataPath: sharded({ width: 2, levels: 2 }) })
 * class VisitModel extends GitModel {
 *   @CharField() page!: string;
 * }
 * ```
 */
export function sharded(options: ShardOptions = {}): Layout {
  checkOptions(options, SHARD_OPTIONS);
  const { width = 1, levels = options.width === undefined ? 3 : 1 } = options;
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  if (!isCount(width) || !isCount(levels) || width * levels > HASH_DIGITS) {
    throw new ModelDefinitionError(
      `sharded() takes whole numbers from 1 on for width and levels, of ${HASH_DIGITS} digits at most together; ` +
        `${width} and ${levels} are not.`,
      { details: { width, levels } },
    );
  }
  const layout: Layout = Object.freeze({
    ownFolder: true,
    levels,
    locate(id: string) {
      checkFolderName(id);
      const hash = sha1(id);
      let folders = '';
      for (let level = 0; level < levels; level++) {
        folders += `${hash.slice(level * width, (level + 1) * width)}/`;
      }
      return folders + id;
    },
  });
  CHECKING.add(layout);
  return layout;
}

/** The layouts that check ids themselves, and add nothing to them that Git could refuse. */
const CHECKING = new WeakSet<Layout>([FLAT]);

/**
 * The layout that a model's option `dataPath` means.
 *
 * @throws ModelDefinitionError when it is none.
 */
export function layoutOf(dataPath: DataPath = FLAT): Layout {
  if (typeof dataPath === 'function') return { ownFolder: false, locate: dataPath };
  if (!isLayout(dataPath)) {
    throw new ModelDefinitionError(
      `dataPath takes flat(), sharded(), a function or a Layout, not ${inspect(dataPath)}.`,
    );
  }
  if (dataPath.levels !== undefined && !dataPath.ownFolder) {
    throw new ModelDefinitionError(
      'dataPath has a Layout with levels, which are of folders, but its records have none of their own; ' +
        'remove levels, or set ownFolder.',
    );
  }
  return dataPath;
}

function isLayout(value: unknown): value is Layout {
  if (typeof value !== 'object' || value === null) return false;
  const { ownFolder, locate, levels, identify } = value as { readonly [K in keyof Layout]?: unknown };
  return (
    typeof ownFolder === 'boolean' &&
    typeof locate === 'function' &&
    (levels === undefined || (Number.isInteger(levels) && Number(levels) >= 0)) &&
    (identify === undefined || typeof identify === 'function')
  );
}

/** The entries of one record. */
export interface RecordPaths {
  /** The file with the record's fields. */
  readonly data: string;
  /**
   * What the paths of the record's blobs begin with: its own folder and a slash, or the data file's path without its
   * extension, and a dot.
   */
  readonly blobPrefix: string;
}

/** The end of the name of a file that holds one field of a record. */
export const BLOB_SUFFIX = '.data';

/**
 * The paths of a record from the root of the tree.
 *
 * @throws InvalidPathError when Git would refuse one of them.
 */
export function recordPaths(place: PathPlace, id: string): RecordPaths {
  const data = dataPath(place, id);
  return { data, blobPrefix: blobPrefixOf(place, data) };
}

/** What the paths of records depend on. */
interface PathPlace {
  readonly folder: string;
  readonly dataFilename: string;
  readonly layout: Layout;
}

/** The path of a record's data alone; throws what {@link recordPaths} throws. */
export function dataPath({ folder, dataFilename, layout }: PathPlace, id: string): string {
  const located: unknown = layout.locate(id);
  if (typeof located !== 'string') {
    const reason = `is ${inspect(located)}, not a string`;
    throw new InvalidPathError(`The path that the layout gives for ${JSON.stringify(id)} ${reason}.`, {
      details: { path: located, name: id, reason },
    });
  }
  const data = layout.ownFolder ? `${folder}/${located}/${dataFilename}` : `${folder}/${located}`;
  // The usual layouts have checked the id; what a function makes of one may be anything.
  if (!CHECKING.has(layout)) parsePath(data);
  if (!layout.ownFolder && data.endsWith(BLOB_SUFFIX)) {
    const reason = `ends in "${BLOB_SUFFIX}", as the names of blobs do`;
    throw new InvalidPathError(`The path ${JSON.stringify(data)} cannot be a record's: it ${reason}.`, {
      details: { path: data, name: id, reason },
    });
  }
  return data;
}

/** What the paths of a record's blobs begin with, by the path of its data. */
export function blobPrefixOf(
  { dataFilename, layout }: { dataFilename: string; layout: Layout },
  data: string,
): string {
  if (layout.ownFolder) return data.slice(0, data.lastIndexOf('/') + 1);
  // The end of any other name may be part of the id: the blobs of `a.b` must not be in the place of those of `a`.
  const extension = path.extname(dataFilename);
  const stem = extension !== '' && data.endsWith(extension) ? data.slice(0, -extension.length) : data;
  return `${stem}.`;
}
