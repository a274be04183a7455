import type { ObjectType } from '../object/oid';
import { decodeTag } from '../object/tag-codec';
import type { TagFields } from '../object/tag-codec';
import type { ObjectStore } from './object-store';

/** What the value of a tag leads to. */
export interface TaggedObject {
  /** The tag object that the value is; null where it is no tag object. */
  readonly annotation: TagFields | null;
  /** The oid of what it leads to, through all tag objects. */
  readonly target: string;
  readonly targetType: ObjectType;
}

/**
 * Follows the value of a tag.
 *
 * @throws ObjectNotFoundError or InvalidObjectError when an object on the way is missing, damaged or malformed.
 */
export async function readTagged(objects: ObjectStore, oid: string): Promise<TaggedObject> {
  let annotation: TagFields | null = null;
  let [target, targetType] = [oid, await objects.readType(oid)];
  while (targetType === 'tag') {
    const tag = decodeTag(target, (await objects.readObject(target)).content);
    annotation ??= tag;
    target = tag.target;
    targetType = await objects.readType(target);
  }
  return { annotation, target, targetType };
}
