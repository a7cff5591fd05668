import { describe, expect, it } from 'vitest';
import { type ArbiterConfig, defaultRetransmitPolicy } from './arbiter-config.ts';
import { FeedEventKind, FeedStatus, FillMeans, LossCause, StatusReason } from './events.ts';
import { LineCell } from './feed-counters.ts';
import { Source } from './sink.ts';
import { blockPacket } from './testing/block-framer.ts';
import { FeedRig, span } from './testing/feed-rig.ts';

const MS = 1_000_000;
const retransmit = { ...defaultRetransmitPolicy, attempts: 3, timeoutNs: 10 * MS, backoff: 2, maxUnitsPerRequest: 10 };
const snapshot = { attempts: 2, timeoutNs: 100 * MS };

/** A feed with a gap 4..6, past its hold-off. */
function withGap(config: Partial<ArbiterConfig>): FeedRig {
  return new FeedRig(config)
    .bring(0, 1, 3)
    .bring(1, 1, 3)
    .bring(0, 7, 8)
    .bring(1, 7, 8)
    .pass(5 * MS);
}

describe('the escalation ladder', () => {
  it('asks the retransmit server after the hold-off and fills the gap with its answer', () => {
    const rig = withGap({ retransmit });
    expect(rig.of(FeedEventKind.retransmitWanted).map((e) => [e.from, e.to, e.detail])).toEqual([[4, 6, 1]]);
    rig.pass(MS).bring(Source.retransmit, 4, 6);
    expect(rig.ids).toEqual(span(1, 8));
    expect(rig.units[3].source).toBe(Source.retransmit);
    expect(rig.of(FeedEventKind.gapFilled).map((e) => [e.from, e.to, e.detail])).toEqual([
      [4, 6, FillMeans.retransmit],
    ]);
    expect(rig.feed('filledByRetransmit')).toBe(3);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('asks for the rest when an answer is shorter than the question, from the first attempt again', () => {
    const rig = withGap({ retransmit });
    rig.bring(Source.retransmit, 4);
    expect(rig.of(FeedEventKind.retransmitWanted).map((e) => [e.from, e.to, e.detail])).toEqual([
      [4, 6, 1],
      [5, 6, 1],
    ]);
  });

  it('repeats an unanswered request with growing patience, a bounded number of times, then declares the loss', () => {
    const rig = withGap({ retransmit });
    rig.pass(10 * MS - 1);
    expect(rig.of(FeedEventKind.retransmitWanted)).toHaveLength(1);
    rig.pass(1);
    expect(rig.of(FeedEventKind.retransmitWanted)).toHaveLength(2);
    rig.pass(20 * MS);
    expect(rig.of(FeedEventKind.retransmitWanted).map((e) => e.detail)).toEqual([1, 2, 3]);
    rig.pass(39 * MS);
    expect(rig.lost).toEqual([]);
    rig.pass(1 * MS);
    expect(rig.lost).toEqual([[4, 6]]);
    expect(rig.ids).toEqual([1, 2, 3, 7, 8]);
  });

  it('never asks for more than the budget of its window', () => {
    const budget = { ...retransmit, maxUnitsPerRequest: 100, budgetUnits: 5, budgetWindowNs: 50 * MS, attempts: 100 };
    const rig = new FeedRig({ retransmit: budget });
    rig
      .bring(0, 1)
      .bring(0, 22)
      .pass(5 * MS);
    rig.bring(Source.retransmit, 2, 6).pass(49 * MS);
    expect(rig.ranges(FeedEventKind.retransmitWanted)).toEqual([[2, 6]]);
    rig.pass(1 * MS);
    expect(rig.ranges(FeedEventKind.retransmitWanted)).toEqual([
      [2, 6],
      [7, 11],
    ]);
  });

  it('splits a large gap into requests of the size that the server serves', () => {
    const rig = new FeedRig({ retransmit });
    rig
      .bring(0, 1)
      .bring(0, 30)
      .pass(5 * MS);
    for (const [from, to] of [
      [2, 11],
      [12, 21],
      [22, 29],
    ]) {
      expect(rig.of(FeedEventKind.retransmitWanted).at(-1)).toMatchObject({ from, to });
      rig.bring(Source.retransmit, from, to);
    }
    expect(rig.ids).toEqual(span(1, 30));
  });

  it('lets gapDeadlineNs end the whole ladder', () => {
    const rig = withGap({ retransmit, snapshot, gapDeadlineNs: 30 * MS });
    rig.pass(24 * MS);
    expect(rig.lost).toEqual([]);
    rig.pass(1 * MS);
    expect(rig.lost).toEqual([[4, 6]]);
    expect(rig.arbiter.snapshotBegin()).toBe(false);
  });

  it('leaves time for the snapshot when retransmission makes progress, but too slowly', () => {
    const rig = new FeedRig({ retransmit, snapshot, gapDeadlineNs: 1000 * MS });
    rig.bring(0, 1).bring(0, 5000);
    let next = 2;
    for (let i = 0; i < 899; i++) rig.pass(MS).bring(Source.retransmit, next++);
    expect(rig.of(FeedEventKind.snapshotWanted)).toEqual([]);
    rig.pass(MS);
    expect(rig.of(FeedEventKind.snapshotWanted).map((e) => [e.from, e.to])).toEqual([[next, 4999]]);
    expect(rig.arbiter.snapshotBegin()).toBe(true);
    rig.arbiter.snapshotNext[0] = 5000;
    expect(rig.arbiter.snapshotEnd()).toBe(true);
    expect(rig.ids).toEqual([...span(1, next - 1), 5000]);
    expect(rig.lost).toEqual([]);
  });

  it('turns to the snapshot when the retransmit server is of no use, and goes on from its number', () => {
    const rig = withGap({ retransmit, snapshot });
    rig.arbiter.retransmitFailed();
    rig.arbiter.retransmitFailed();
    rig.arbiter.retransmitFailed();
    expect(rig.of(FeedEventKind.snapshotWanted).map((e) => [e.from, e.detail])).toEqual([[4, 1]]);
    expect(rig.arbiter.snapshotBegin()).toBe(true);
    rig.bring(0, 9).bring(1, 9);
    expect(rig.ids).toEqual([1, 2, 3]);
    rig.arbiter.snapshotNext[0] = 9;
    expect(rig.arbiter.snapshotEnd()).toBe(true);
    expect(rig.ids).toEqual([1, 2, 3, 9]);
    expect(rig.feed('filledBySnapshot')).toBe(3);
    expect(rig.feed('coveredBySnapshot')).toBe(2);
    expect(rig.feed('lastId')).toBe(9);
    expect(rig.of(FeedEventKind.snapshotApplied).map((e) => e.from)).toEqual([9]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    const units = rig.line(0, LineCell.units);
    expect(units).toBe(rig.line(0, LineCell.first) + rig.line(0, LineCell.duplicates));
  });

  it('does not want a snapshot any more once the gap was filled', () => {
    const rig = withGap({ snapshot });
    expect(rig.of(FeedEventKind.snapshotWanted)).toHaveLength(1);
    rig.bring(1, 4, 6);
    expect(rig.ids).toEqual(span(1, 8));
    expect(rig.arbiter.snapshotBegin()).toBe(false);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('refuses a snapshot that lies behind what has been delivered, keeps the feed stale and asks again', () => {
    const rig = withGap({ snapshot });
    rig.arbiter.snapshotBegin();
    rig.arbiter.snapshotNext[0] = 2;
    expect(rig.arbiter.snapshotEnd()).toBe(false);
    expect(rig.arbiter.status).toBe(FeedStatus.stale);
    rig.pass(1);
    expect(rig.of(FeedEventKind.snapshotWanted).map((e) => e.detail)).toEqual([1, 2]);
    rig.arbiter.snapshotBegin();
    rig.arbiter.snapshotNext[0] = 7;
    expect(rig.arbiter.snapshotEnd()).toBe(true);
    expect(rig.ids).toEqual([1, 2, 3, 7, 8]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('builds nothing on books that a broken snapshot tore, though the gap was filled meanwhile', () => {
    const rig = withGap({ snapshot });
    rig.arbiter.snapshotBegin();
    rig.bring(1, 4, 6);
    expect(rig.ids).toEqual([1, 2, 3]);
    rig.arbiter.snapshotFailed();
    rig.pass(1);
    expect(rig.ids).toEqual([1, 2, 3]);
    expect(rig.arbiter.status).toBe(FeedStatus.stale);
    expect(rig.of(FeedEventKind.snapshotWanted).map((e) => e.detail)).toEqual([1, 2]);
    rig.arbiter.snapshotBegin();
    rig.arbiter.snapshotNext[0] = 6;
    rig.arbiter.snapshotEnd();
    expect(rig.ids).toEqual([1, 2, 3, 6, 7, 8]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('goes on, stale, when no snapshot can be had', () => {
    const rig = withGap({ snapshot });
    rig.arbiter.snapshotBegin();
    rig
      .bring(1, 4, 6)
      .pass(100 * MS)
      .pass(100 * MS)
      .pass(1);
    expect(rig.ids).toEqual(span(1, 8));
    expect(rig.arbiter.status).toBe(FeedStatus.stale);
    expect(rig.feed('statusReason')).toBe(StatusReason.snapshot);
    rig.bring(0, 9);
    expect(rig.ids).toEqual(span(1, 9));
  });

  it('ignores an answer that nobody can have asked for', () => {
    const rig = new FeedRig({ retransmit });
    rig.bring(0, 1, 3).bring(Source.retransmit, 500, 510).bring(Source.retransmit, 2, 3).bring(0, 4);
    expect(rig.ids).toEqual(span(1, 4));
    expect(rig.feed('openGaps')).toBe(0);
    expect(rig.feed('retransmitDuplicates')).toBe(2);
  });
});

describe('a late start', () => {
  it('is no gap where the stream starts at the first number seen', () => {
    const rig = new FeedRig({ startAt: 'first-seen' });
    rig.bring(0, 1000);
    expect(rig.ids).toEqual([1000]);
    expect(rig.feed('firstId')).toBe(1000);
  });

  it('is refreshed by retransmit from the beginning, within the budget', () => {
    const rig = new FeedRig({ startAt: 'beginning', retransmit });
    rig.bring(0, 21, 22);
    expect(rig.arbiter.status).toBe(FeedStatus.recovering);
    expect(rig.feed('statusReason')).toBe(StatusReason.lateStart);
    rig
      .pass(5 * MS)
      .bring(Source.retransmit, 1, 10)
      .bring(0, 23)
      .bring(Source.retransmit, 11, 20);
    expect(rig.ids).toEqual(span(1, 23));
    expect(rig.feed('firstId')).toBe(1);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('goes to the snapshot where the budget does not reach back that far', () => {
    const rig = new FeedRig({ startAt: 'beginning', retransmit: { ...retransmit, budgetUnits: 1000 }, snapshot });
    rig.bring(0, 5_000_000).pass(5 * MS);
    expect(rig.of(FeedEventKind.retransmitWanted)).toEqual([]);
    expect(rig.arbiter.snapshotBegin()).toBe(true);
    rig.arbiter.snapshotNext[0] = 5_000_000;
    rig.arbiter.snapshotEnd();
    expect(rig.ids).toEqual([5_000_000]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });
});

describe('bounds of the hold window', () => {
  it('declares the oldest gap lost when the numbers run out', () => {
    const rig = new FeedRig({ windowUnits: 16, holdOffCount: 1e9 });
    rig.bring(0, 1).bring(0, 3, 18);
    expect(rig.lost).toEqual([]);
    rig.bring(0, 19);
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.of(FeedEventKind.gapLost)[0].detail).toBe(LossCause.windowFull);
    expect(rig.ids).toEqual([1, ...span(3, 19)]);
  });

  it('declares the oldest gap lost when the bytes run out', () => {
    const rig = new FeedRig({ holdBytes: 128 * 1024, holdOffCount: 1e9 });
    const big = new Uint8Array(30_000).fill(7);
    rig
      .packet(0, blockPacket(1, [big]))
      .packet(0, blockPacket(3, [big, big]))
      .packet(0, blockPacket(6, [big, big]));
    expect(rig.lost).toEqual([]);
    rig.packet(0, blockPacket(8, [big]));
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.ids).toEqual([1, 3, 4]);
    rig.packet(1, blockPacket(5, [big]));
    expect(rig.ids).toEqual([1, 3, 4, 5, 6, 7, 8]);
  });

  it('keeps a copy from the middle of a gap wider than the window from pushing anything out', () => {
    const rig = new FeedRig({ windowUnits: 16, holdOffCount: 1e9 });
    rig.bring(0, 1).bring(0, 100, 110).bring(1, 84, 89).bring(1, 2, 83).bring(1, 84, 99);
    expect(rig.lost).toEqual([]);
    expect(rig.ids).toEqual(span(1, 110));
  });
});
