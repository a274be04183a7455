import path from 'node:path';
import { BLOB_SUFFIX, blobPrefixOf } from '../../model/schema/layout';
import type { ModelSchema } from '../../model/schema/schema';
import type { TrailPlace } from './path-trail';

/** Where a record is, by the path of its data: its data and the files of its fields. */
export function placeOfRecord(schema: ModelSchema, data: string): TrailPlace {
  const prefix = blobPrefixOf(schema, data);
  const beginning = prefix.slice(prefix.lastIndexOf('/') + 1);
  const files = schema.fileNames.map((name) => beginning + name + BLOB_SUFFIX);
  return { folder: path.posix.dirname(data), files: [path.posix.basename(data), ...files] };
}
