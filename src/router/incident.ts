import { type FeedEvent, FeedEventKind, SwitchEvidence } from '../feed/events.ts';

/** Is it worth keeping the packets around it? Loss, disagreement, and a switch that nobody ordered. */
export function isIncident(event: FeedEvent): boolean {
  if (event.kind === FeedEventKind.gapLost || event.kind === FeedEventKind.disagreement) return true;
  const ordered = event.detail === SwitchEvidence.operator || event.detail === SwitchEvidence.failback;
  return event.kind === FeedEventKind.switched && !ordered;
}
