import type { DecodedObject } from './object-codec';
import { OID_BYTES } from './oid';
import type { ObjectType } from './oid';

/**
 * Is called for every object that another one names.
 *
 * @param source Bytes in which the oid stands.
 * @param at Where it begins in them.
 * @param type What kind of object it has to be; undefined where that is not said.
 */
export type LinkVisitor = (source: Buffer, at: number, type: ObjectType | undefined) => void;

/** A line of the head of a commit or a tag that names another object. Every other line ends the names. */
const LINK = /^(tree|parent|object) ([0-9a-f]{40})\n/;
const LINK_BYTES = 'parent '.length + 2 * OID_BYTES + 1;

const TYPES: Readonly<Record<string, ObjectType>> = { tree: 'tree', parent: 'commit' };

const NUL = 0;
const DIGIT_1 = 0x31;
const DIGIT_4 = 0x34;
const DIGIT_6 = 0x36;

/**
 * Finds the objects that an object names: a commit its tree and parents, a folder what is in it (submodules apart,
 * which are elsewhere), a tag what it is of. What is malformed names nothing more from there on.
 *
 * Formats: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export function visitLinks({ type, content }: DecodedObject, visit: LinkVisitor): void {
  if (type === 'tree') visitEntries(content, visit);
  if (type === 'commit' || type === 'tag') visitHead(content, visit);
}

function visitHead(content: Buffer, visit: LinkVisitor): void {
  for (let at = 0; ;) {
    const [line, kind, oid] = LINK.exec(content.toString('latin1', at, at + LINK_BYTES)) ?? [];
    if (line === undefined || kind === undefined || oid === undefined) return;
    visit(Buffer.from(oid, 'hex'), 0, TYPES[kind]);
    at += line.length;
  }
}

function visitEntries(content: Buffer, visit: LinkVisitor): void {
  for (let at = 0; at < content.length;) {
    const oidAt = content.indexOf(NUL, at) + 1;
    if (oidAt === 0 || oidAt + OID_BYTES > content.length) return;
    // The modes: 40000 is a folder, 160000 a submodule, and 100644, 100755 and 120000 are files.
    const isFolder = content[at] === DIGIT_4;
    const isSubmodule = content[at] === DIGIT_1 && content[at + 1] === DIGIT_6;
    if (!isSubmodule) visit(content, oidAt, isFolder ? 'tree' : 'blob');
    at = oidAt + OID_BYTES;
  }
}
