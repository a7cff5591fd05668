import { expect, test } from 'vitest';
import { decodeEvent, EventRecord, encodeEvent, eventKindName } from './event-record.ts';
import { EventNumber, FeedEvent, FeedEventKind, LossCause } from './events.ts';

test('an event survives the crossing, numbers beyond 2^32 included', () => {
  const event = new FeedEvent();
  event.kind = FeedEventKind.gapLost;
  event.line = 1;
  event.otherLine = -1;
  event.detail = LossCause.kernelDrop;
  event.reason = 7;
  event.numbers[EventNumber.from] = Number.MAX_SAFE_INTEGER - 3;
  event.numbers[EventNumber.to] = Number.MAX_SAFE_INTEGER;
  event.numbers[EventNumber.atNs] = 123_456_789_012_345;
  event.numbers[EventNumber.windowNs] = 0.5;
  const view = new DataView(new ArrayBuffer(8 + EventRecord.bytes));
  encodeEvent(view, 8, 3, event);
  const back = new FeedEvent();
  expect(decodeEvent(view, 8, back)).toBe(3);
  expect(back).toEqual(event);
});

test('kinds have names and an unknown one shows its number', () => {
  expect(eventKindName(FeedEventKind.switched)).toBe('switched');
  expect(eventKindName(999)).toBe('999');
});
