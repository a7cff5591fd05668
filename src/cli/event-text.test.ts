import { expect, test } from 'vitest';
import { EventNumber, FeedEvent, FeedEventKind, LossCause, SwitchEvidence } from '../feed/events.ts';
import { describeEvent } from './event-text.ts';

function event(kind: FeedEventKind, fields: Partial<FeedEvent>, from = 0, to = 0, windowNs = 0): FeedEvent {
  const made = Object.assign(new FeedEvent(), { kind, ...fields });
  made.numbers[EventNumber.from] = from;
  made.numbers[EventNumber.to] = to;
  made.numbers[EventNumber.windowNs] = windowNs;
  return made;
}

test('a switch names both lines, the evidence and the detection window', () => {
  const fields = { line: 1, otherLine: 0, detail: SwitchEvidence.silence };
  const said = describeEvent(event(FeedEventKind.switched, fields, 0, 0, 3e9), ['A', 'B']);
  expect(said).toEqual({
    severity: 'warn',
    text: 'switched from line A to line B: it fell silent (silence, detected within 3.00 s)',
  });
});

test('a loss names its range, its size and its cause', () => {
  const lost = event(FeedEventKind.gapLost, { detail: LossCause.allLines }, 7, 9, 5e6);
  expect(describeEvent(lost, ['A']).text).toBe(
    'LOST units 7 to 9 (3) after 5.00 ms: every line lost them before this host',
  );
  expect(describeEvent(event(FeedEventKind.gapLost, {}, 7, 7), ['A']).text).toContain('LOST unit 7 after');
});

test('every kind has a sentence', () => {
  for (const kind of Object.values(FeedEventKind)) {
    expect(describeEvent(event(kind, { line: 0, otherLine: 1 }), ['A', 'B']).text).not.toContain('undefined');
  }
});
