import { ChangedPaths } from './changed-paths';
import type { FilterSettings } from './changed-paths';
import type { CommitLinks } from './commit-codec';
import { OID_BYTES } from './oid';

/*
 * Git's commit graph: of many commits the parents, trees and times, so that they need not be inflated one by one. It may be in
 * several layers, of which each has the commits that those below lack. Commits have numbers: in a layer by their oids, and
 * behind those of the layers below.
 *
 * Format: https://git-scm.com/docs/gitformat-commit-graph
 */

const MAGIC = 'CGPH';
const VERSION = 1;
const SHA1 = 1;
const HEADER_BYTES = 8;

/** A name of four characters, and where the chunk begins. */
const CHUNK_ENTRY_BYTES = 12;

const FANOUT_BYTES = 256 * 4;

/** What the filters begin with: a version, how many hashes there are, and how many bits for an entry. */
const FILTER_HEADER_BYTES = 12;
const FILTER_VERSIONS = [1, 2];

/** A tree, two parents, and the generation with the time. */
const COMMIT_BYTES = OID_BYTES + 16;
const NO_PARENT = 0x70000000;

/** Of a second parent: it is a place in the list of further parents. Of one of these: it is the last one. */
const FLAG = 0x80000000;

/** What a layer's commits say, with the numbers of their parents. */
export interface NumberedLinks extends Omit<CommitLinks, 'parents'> {
  readonly parents: readonly number[];
}

/** Where a layer has the filters of its commits. */
interface Filters {
  readonly settings: FilterSettings;
  /** Where it says how far they reach, four bytes for each. */
  readonly endsAt: number;
  /** Where the first one begins. */
  readonly bitsAt: number;
}

/** One layer of a commit graph. */
export class CommitGraphLayer {
  readonly count: number;
  private readonly fanoutAt: number;
  private readonly oidsAt: number;
  private readonly commitsAt: number;
  private readonly filters: Filters | undefined;

  private constructor(
    private readonly bytes: Buffer,
    /** The number of its first commit: how many there are in the layers below. */
    readonly first: number,
    /** How many layers it was written for to lie on. */
    readonly layersBelow: number,
    private readonly chunks: ReadonlyMap<string, number>,
  ) {
    this.fanoutAt = this.chunk('OIDF');
    this.oidsAt = this.chunk('OIDL');
    this.commitsAt = this.chunk('CDAT');
    this.count = bytes.readUInt32BE(this.fanoutAt + FANOUT_BYTES - 4);
    this.filters = this.findFilters();
  }

  /**
   * @param first How many commits there are in the layers below.
   * @throws Error when it is not such a layer.
   */
  static decode(bytes: Buffer, first: number): CommitGraphLayer {
    if (bytes.toString('latin1', 0, 4) !== MAGIC || bytes[4] !== VERSION || bytes[5] !== SHA1) {
      throw new Error('it is no commit graph of version 1');
    }
    const chunks = new Map<string, number>();
    for (let chunk = 0, at = HEADER_BYTES; chunk < (bytes[6] as number); chunk++, at += CHUNK_ENTRY_BYTES) {
      chunks.set(bytes.toString('latin1', at, at + 4), Number(bytes.readBigUInt64BE(at + 4)));
    }
    const layer = new CommitGraphLayer(bytes, first, bytes[7] as number, chunks);
    const ends = [layer.oidsAt + layer.count * OID_BYTES, layer.commitsAt + layer.count * COMMIT_BYTES];
    if (ends.some((end) => end > bytes.length)) throw new Error('it breaks off');
    return layer;
  }

  /** How many bytes it has. */
  get size(): number {
    return this.bytes.length;
  }

  /** The number of a commit; undefined when the layer does not have it. */
  find(oid: string): number | undefined {
    const wanted = Buffer.from(oid, 'hex');
    const byte = wanted[0] as number;
    let low = byte === 0 ? 0 : this.bytes.readUInt32BE(this.fanoutAt + (byte - 1) * 4);
    let high = this.bytes.readUInt32BE(this.fanoutAt + byte * 4);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.oidsAt + middle * OID_BYTES;
      const order = this.bytes.compare(wanted, 0, OID_BYTES, at, at + OID_BYTES);
      if (order === 0) return this.first + middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  /** Whether the commit with a number is in this layer. */
  has(number: number): boolean {
    return number >= this.first && number < this.first + this.count;
  }

  /** The oid of the commit with a number, which has to be one of this layer. */
  oidOf(number: number): string {
    const at = this.oidsAt + (number - this.first) * OID_BYTES;
    return this.bytes.toString('hex', at, at + OID_BYTES);
  }

  /** @throws Error when the layer is damaged there. */
  linksOf(number: number): NumberedLinks {
    const { bytes } = this;
    const behind = this.behindTree(number);
    const parents: number[] = [];
    const other = bytes.readUInt32BE(behind + 4);
    if (bytes.readUInt32BE(behind) !== NO_PARENT) parents.push(bytes.readUInt32BE(behind));
    if (other >= FLAG) this.addFurther(parents, other - FLAG);
    else if (other !== NO_PARENT) parents.push(other);
    // The lowest two bits of the generation are the highest of the time.
    const time = (bytes.readUInt32BE(behind + 8) & 3) * 2 ** 32 + bytes.readUInt32BE(behind + 12);
    return { tree: bytes.toString('hex', behind - OID_BYTES, behind), parents, time };
  }

  /** How long the longest way from a commit to one without parents is; 0 where it was not found out. */
  generationOf(number: number): number {
    return this.bytes.readUInt32BE(this.behindTree(number) + 8) >>> 2;
  }

  /** The number of the parent of a commit that has just one; undefined for any other commit. */
  onlyParentOf(number: number): number | undefined {
    const behind = this.behindTree(number);
    const parent = this.bytes.readUInt32BE(behind);
    return parent !== NO_PARENT && this.bytes.readUInt32BE(behind + 4) === NO_PARENT ? parent : undefined;
  }

  /**
   * What a commit has changed against its first parent; undefined where the layer does not tell it.
   *
   * @throws Error when the layer is damaged there.
   */
  changedPathsOf(number: number): ChangedPaths | undefined {
    if (!this.filters) return undefined;
    const { settings, endsAt, bitsAt } = this.filters;
    const place = endsAt + (number - this.first) * 4;
    const start = number === this.first ? 0 : this.bytes.readUInt32BE(place - 4);
    const end = this.bytes.readUInt32BE(place);
    if (start > end || bitsAt + end > this.bytes.length) throw new Error('its filters are damaged');
    return new ChangedPaths(settings, this.bytes, bitsAt + start, bitsAt + end);
  }

  /** Where that begins which the layer has of a commit beside its tree. */
  private behindTree(number: number): number {
    return this.commitsAt + (number - this.first) * COMMIT_BYTES + OID_BYTES;
  }

  private findFilters(): Filters | undefined {
    const [endsAt, at] = [this.chunks.get('BIDX'), this.chunks.get('BDAT')];
    if (endsAt === undefined || at === undefined) return undefined;
    const settings = {
      version: this.bytes.readUInt32BE(at),
      hashCount: this.bytes.readUInt32BE(at + 4),
    };
    return FILTER_VERSIONS.includes(settings.version)
      ? { settings, endsAt, bitsAt: at + FILTER_HEADER_BYTES }
      : undefined;
  }

  private addFurther(parents: number[], place: number): void {
    for (let at = this.chunk('EDGE') + place * 4; ; at += 4) {
      const edge = this.bytes.readUInt32BE(at);
      parents.push(edge % FLAG);
      if (edge >= FLAG) return;
    }
  }

  private chunk(name: string): number {
    const at = this.chunks.get(name);
    if (at === undefined) throw new Error(`it has no chunk ${name}`);
    return at;
  }
}
