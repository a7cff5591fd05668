import type { ArbiterConfig } from '../feed/arbiter-config.ts';
import type { FeedConfig } from './schema.ts';

/** The part of a feed's config that decides how it is arbitrated. */
export function toArbiterConfig(feed: FeedConfig): ArbiterConfig {
  const { retransmit, snapshot, failback } = feed;
  return {
    lines: feed.lines.map(({ name, expect }) => ({ name, expect })),
    policy: feed.policy,
    activeLine: feed.lines.findIndex((line) => line.name === feed.active),
    failback: typeof failback === 'string' ? failback : { afterCleanNs: failback.afterNs },
    minDwellNs: feed.minDwellNs,
    maxDwellNs: feed.maxDwellNs,
    holdOffCount: feed.holdOff.count,
    holdOffNs: feed.holdOff.timeNs,
    gapDeadlineNs: feed.gapDeadlineNs,
    heartbeatNs: feed.heartbeatNs,
    staleAfterNs: feed.staleAfterNs,
    lagUnits: feed.lag.units,
    lagNs: feed.lag.timeNs,
    holeCount: feed.holes.count,
    holeWindowNs: feed.holes.windowNs,
    maxForwardJump: feed.maxForwardJump,
    confirmPackets: feed.confirmPackets,
    windowUnits: feed.window.units,
    holdBytes: feed.window.bytes,
    compareWindowUnits: feed.window.compareUnits,
    startAt: feed.start,
    retransmit: retransmit && {
      maxUnitsPerRequest: retransmit.maxUnitsPerRequest,
      attempts: retransmit.attempts,
      timeoutNs: retransmit.timeoutNs,
      backoff: retransmit.backoff,
      budgetUnits: retransmit.budget.units,
      budgetWindowNs: retransmit.budget.perNs,
      maxOutstanding: retransmit.maxOutstanding,
    },
    snapshot: snapshot && { attempts: snapshot.attempts, timeoutNs: snapshot.timeoutNs },
  };
}
