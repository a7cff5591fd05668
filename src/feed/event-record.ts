import { type FeedEvent, FeedEventKind } from './events.ts';

/**
 * A feed event as bytes: how it crosses from the router's thread to the main thread and to strategy threads, and how a
 * journal keeps it. Fixed size, little-endian, 8-byte aligned.
 */
export const EventRecord = {
  feedOffset: 0,
  kindOffset: 4,
  lineOffset: 8,
  otherLineOffset: 12,
  detailOffset: 16,
  reasonOffset: 20,
  numbersOffset: 24,
  bytes: 56,
} as const;

// An engine loads an exported binding, and from it, each time it is used; a module's own constants it compiles in.
const At = Object.freeze({ ...EventRecord });

const NUMBERS = 4;
const F64_BYTES = 8;

/** Writes `event` of feed number `feed` at `offset`; allocates nothing. */
export function encodeEvent(view: DataView, offset: number, feed: number, event: FeedEvent): void {
  view.setInt32(offset + At.feedOffset, feed, true);
  view.setInt32(offset + At.kindOffset, event.kind, true);
  view.setInt32(offset + At.lineOffset, event.line, true);
  view.setInt32(offset + At.otherLineOffset, event.otherLine, true);
  view.setInt32(offset + At.detailOffset, event.detail, true);
  view.setInt32(offset + At.reasonOffset, event.reason, true);
  for (let i = 0; i < NUMBERS; i++) {
    view.setFloat64(offset + At.numbersOffset + i * F64_BYTES, event.numbers[i], true);
  }
}

/** Reads a record into `event`. @returns the feed's number */
export function decodeEvent(view: DataView, offset: number, event: FeedEvent): number {
  event.kind = view.getInt32(offset + At.kindOffset, true) as FeedEvent['kind'];
  event.line = view.getInt32(offset + At.lineOffset, true);
  event.otherLine = view.getInt32(offset + At.otherLineOffset, true);
  event.detail = view.getInt32(offset + At.detailOffset, true);
  event.reason = view.getInt32(offset + At.reasonOffset, true);
  for (let i = 0; i < NUMBERS; i++) {
    event.numbers[i] = view.getFloat64(offset + At.numbersOffset + i * F64_BYTES, true);
  }
  return view.getInt32(offset + At.feedOffset, true);
}

/** The kind's name, for logs and views: `gapOpened`, `switched`… */
export function eventKindName(kind: number): string {
  return nameOf(FeedEventKind, kind);
}

/** The key under which `value` stands in a constant table, or its number where it does not. */
export function nameOf(table: Readonly<Record<string, number>>, value: number): string {
  for (const [name, number] of Object.entries(table)) if (number === value) return name;
  return String(value);
}
