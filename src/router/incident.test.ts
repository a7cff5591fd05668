import { expect, test } from 'vitest';
import { FeedEvent, FeedEventKind, SwitchEvidence } from '../feed/events.ts';
import { isIncident } from './incident.ts';

function event(kind: FeedEventKind, fields: Partial<FeedEvent>): FeedEvent {
  return Object.assign(new FeedEvent(), { kind, ...fields });
}

test('a switch that the operator ordered is no incident, one by silence is', () => {
  expect(isIncident(event(FeedEventKind.switched, { detail: SwitchEvidence.operator }))).toBe(false);
  expect(isIncident(event(FeedEventKind.switched, { detail: SwitchEvidence.silence }))).toBe(true);
  expect(isIncident(event(FeedEventKind.gapLost, {}))).toBe(true);
  expect(isIncident(event(FeedEventKind.gapFilled, {}))).toBe(false);
});
