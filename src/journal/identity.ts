import { wordsChecksum } from './checksum.ts';

/** Raised whenever a reader of the older version would misread the newer. */
export const JOURNAL_VERSION = 1;

/** Whose journal of which day: rings and files carry it, and no record of another is taken for one of theirs. */
export interface JournalIdentity {
  /** At most {@link VENUE_BYTES} characters of ASCII. */
  readonly venue: string;
  /** The trading day as yyyymmdd. */
  readonly day: number;
}

export const VENUE_BYTES = 32;

/** Writes a venue's name into `VENUE_BYTES` bytes. @throws {RangeError} where it doesn't fit */
export function writeVenue(bytes: Uint8Array, offset: number, venue: string): void {
  if (venue.length === 0 || venue.length > VENUE_BYTES || !/^[\x21-\x7e]+$/.test(venue)) {
    throw new RangeError(`a journal's venue is 1 to ${VENUE_BYTES} characters of ASCII without blanks, not "${venue}"`);
  }
  for (let i = 0; i < VENUE_BYTES; i++) bytes[offset + i] = i < venue.length ? venue.charCodeAt(i) : 0;
}

export function readVenue(bytes: Uint8Array, offset: number): string {
  let venue = '';
  for (let i = 0; i < VENUE_BYTES && bytes[offset + i] !== 0; i++) venue += String.fromCharCode(bytes[offset + i]!);
  return venue;
}

/** Where the checksums of a journal's records begin. */
export function journalSalt(identity: JournalIdentity): number {
  const words = new Int32Array(VENUE_BYTES / Int32Array.BYTES_PER_ELEMENT);
  writeVenue(new Uint8Array(words.buffer), 0, identity.venue);
  return wordsChecksum(words, 0, words.length, Math.imul(identity.day, JOURNAL_VERSION));
}
