import { OID_BYTES } from '../../object/oid';
import { OidList } from '../../object/oid-list';
import { crc32, extendCrc32 } from '../../object/pack/crc32';
import { withDistance } from '../../object/pack/offset-delta';
import { OidOrder } from '../../object/pack/oid-order';
import { inPages } from '../../object/pack/oid-pages';
import { decodeEntryHeader, MAX_ENTRY_HEADER_BYTES } from '../../object/pack/pack-entry-codec';
import type { EntryHeader } from '../../object/pack/pack-entry-codec';
import { FANOUT_ENTRIES } from '../../object/pack/pack-index-codec';
import { Turn } from '../turn';
import { MAX_READ_BYTES } from './pack-source';
import type { PackEntries, PackSource } from './pack-source';
import type { Pace } from './step';
import type { UpkeepPackWriter } from './upkeep-pack-writer';

/**
 * Copies all objects of some packs into one, each once, as they are stored: nothing is inflated, and deltas stay
 * deltas. Checksums are compared on the way.
 *
 * An object that is in several packs is copied from the first of them. So the base of a delta, which is in the same
 * pack, is always copied from that or an earlier one, and a chain of deltas still comes to an end.
 *
 * In memory are the indexes of the packs, the new one, and for each object which copy of it is taken and where it is: some
 * 100 bytes an object.
 */
export class PackMerger {
  /** The objects of all sources one after the other; by their numbers here all else is found. */
  private readonly starts: number[] = [];
  private readonly offsets: Float64Array;

  private constructor(
    sources: readonly PackSource[],
    private readonly writer: UpkeepPackWriter,
    private readonly pace: Pace,
    /** The number of the copy that is taken, by the number of the object. */
    private readonly chosen: Uint32Array,
  ) {
    let start = 0;
    for (const { listing } of sources) {
      this.starts.push(start);
      start += listing.count;
    }
    this.offsets = new Float64Array(start);
  }

  /**
   * Copies the sources.
   *
   * @throws UnusablePack when one of them is damaged; the writer is to be discarded then.
   */
  static async run(sources: readonly PackSource[], writer: UpkeepPackWriter, pace: Pace): Promise<void> {
    const oids = Buffer.concat(sources.map(({ listing }) => listing.oids));
    const chosen = await chooseCopies(oids);
    const merger = new PackMerger(sources, writer, pace, chosen);
    for (const [number, source] of sources.entries())
      await merger.copyAll(source, merger.starts[number] as number);
  }

  private async copyAll(source: PackSource, start: number): Promise<void> {
    const entries = await source.entries();
    const { oids } = source.listing;
    const ownOids = new OidList(oids);
    for (let number = 0; number < entries.order.length; number++) {
      const position = entries.order[number] as number;
      if (this.chosen[start + position] === start + position) {
        const offset = this.writer.position;
        this.offsets[start + position] = offset;
        const sum = await this.copy({ source, start, entries, ownOids, number, position });
        this.writer.completeEntry(oids, position * OID_BYTES, offset, sum);
      }
      if (this.pace.isOver()) await this.pace.next(start + number);
    }
    source.rest();
  }

  /** Copies an entry; returns its checksum. */
  private async copy(entry: Entry): Promise<number> {
    const { source, entries, number, position } = entry;
    const begin = entries.offsetOf(number);
    const end = entries.endOf(number);
    const beginning = await source.read(begin, Math.min(end - begin, MAX_READ_BYTES));
    const header = headerOf(source, beginning);
    const oldHeader = beginning.subarray(0, header.length);
    const newHeader = this.rebase(entry, header, oldHeader);
    let oldSum = crc32(oldHeader);
    let newSum = crc32(newHeader);
    await this.writer.write(newHeader);
    for (let at = begin + header.length; at < end;) {
      const piece = await source.read(at, Math.min(end - at, MAX_READ_BYTES));
      oldSum = extendCrc32(oldSum, piece);
      newSum = newHeader === oldHeader ? oldSum : extendCrc32(newSum, piece);
      await this.writer.write(piece);
      at += piece.length;
    }
    if (oldSum !== source.listing.crc32At(position)) {
      throw source.damaged(
        `the object ${entry.ownOids.oidAt(position)} does not have the checksum of the index`,
      );
    }
    return newSum;
  }

  /** The header of an entry at its new place. */
  private rebase(
    { source, start, entries, ownOids, number }: Entry,
    header: EntryHeader,
    old: Buffer,
  ): Buffer {
    if (header.kind !== 'delta') return old;
    if (typeof header.base === 'string') {
      if (ownOids.find(Buffer.from(header.base, 'hex')) >= 0) return old;
      throw source.damaged(`the delta at ${entries.offsetOf(number)} has a base that is not in the pack`);
    }
    const base = entries.findAt(entries.offsetOf(number) - (header.base ?? 0));
    if (base < 0) throw source.damaged(`the delta at ${entries.offsetOf(number)} has no base`);
    const copy = this.chosen[start + base] as number;
    return withDistance(old, this.writer.position - (this.offsets[copy] as number));
  }
}

/** @throws UnusablePack when the bytes do not begin with the header of an entry. */
function headerOf(source: PackSource, beginning: Buffer): EntryHeader {
  try {
    return decodeEntryHeader(beginning.subarray(0, MAX_ENTRY_HEADER_BYTES));
  } catch (error) {
    throw source.damaged((error as Error).message);
  }
}

interface Entry {
  readonly source: PackSource;
  /** The number of the source's first object. */
  readonly start: number;
  readonly entries: PackEntries;
  readonly ownOids: OidList;
  /** Of the entry, in the order of the pack. */
  readonly number: number;
  /** Of the object, in the index. */
  readonly position: number;
}

/** For each of these oids the number of the first one that is equal. */
async function chooseCopies(oids: Buffer): Promise<Uint32Array> {
  const turn = new Turn();
  const chosen = new Uint32Array(oids.length / OID_BYTES);
  const order = new OidOrder(inPages(oids), chosen.length);
  let first = 0;
  for (let byte = 0; byte < FANOUT_ENTRIES; byte++) {
    order.sort(byte);
    for (let place = order.endOf(byte - 1); place < order.endOf(byte); place++) {
      const number = order.at(place);
      if (place === 0 || !areEqual(oids, first, number)) first = number;
      chosen[number] = first;
    }
    if (turn.isOver()) await turn.next();
  }
  return chosen;
}

function areEqual(oids: Buffer, one: number, other: number): boolean {
  const [a, b] = [one * OID_BYTES, other * OID_BYTES];
  return oids.compare(oids, a, a + OID_BYTES, b, b + OID_BYTES) === 0;
}
