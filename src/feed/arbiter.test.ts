import { describe, expect, it } from 'vitest';
import { FeedEventKind, FeedStatus, LossCause } from './events.ts';
import { LineCell, lineLost } from './feed-counters.ts';
import { FeedRig, span } from './testing/feed-rig.ts';

const MS = 1_000_000;

describe('policy first', () => {
  it('delivers the first copy of each unit, once and in order, whichever line brings it', () => {
    const rig = new FeedRig();
    rig.bring(0, 10, 12).bring(1, 10, 12).bring(1, 13).bring(0, 13).bring(0, 14, 15).bring(1, 14).bring(1, 15);
    expect(rig.ids).toEqual(span(10, 15));
    expect(rig.units.map((unit) => unit.source)).toEqual([0, 0, 0, 1, 0, 0]);
    expect(rig.line(0, LineCell.first)).toBe(5);
    expect(rig.line(1, LineCell.first)).toBe(1);
    expect(rig.line(1, LineCell.duplicates)).toBe(5);
    expect(rig.feed('disagreements')).toBe(0);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    expect(rig.line(0, LineCell.wins)).toBe(5);
    expect(lineLost(rig.arbiter.cells, 0)).toBe(0);
  });

  it('takes the new part of a packet whose old part has been delivered', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 4).bring(1, 3, 8).bring(0, 5, 9);
    expect(rig.ids).toEqual(span(1, 9));
  });

  it('opens a gap, holds what is beyond it and goes on when the other line fills it', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 3).bring(0, 6, 7);
    expect(rig.ids).toEqual(span(1, 3));
    expect(rig.arbiter.status).toBe(FeedStatus.recovering);
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([[4, 5]]);
    rig.pass(1000).bring(1, 1, 7);
    expect(rig.ids).toEqual(span(1, 7));
    expect(rig.units[6].rxNs).toBe(1_000_000_000);
    expect(rig.ranges(FeedEventKind.gapFilled)).toEqual([[4, 5]]);
    expect(rig.feed('filledByOtherLine')).toBe(2);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    expect(lineLost(rig.arbiter.cells, 0)).toBe(2);
    expect(lineLost(rig.arbiter.cells, 1)).toBe(0);
  });

  it('declares a gap lost when the hold-off time is over', () => {
    const rig = new FeedRig();
    rig.bring(0, 1).bring(1, 1).bring(0, 3).bring(1, 3);
    rig.pass(5 * MS - 1);
    expect(rig.lost).toEqual([]);
    rig.pass(1);
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.of(FeedEventKind.gapLost)[0].detail).toBe(LossCause.allLines);
    expect(rig.ids).toEqual([1, 3]);
    expect(rig.arbiter.status).toBe(FeedStatus.stale);
  });

  it('declares a gap lost when enough later units are held, however little time has passed', () => {
    const rig = new FeedRig({ holdOffCount: 3 });
    rig.bring(0, 1).bring(0, 3).bring(0, 4);
    expect(rig.lost).toEqual([]);
    rig.bring(0, 5);
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.ids).toEqual([1, 3, 4, 5]);
  });

  it('reports a lost tail that a heartbeat reveals', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 2).heartbeat(0, 5);
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([[3, 4]]);
    rig.bring(1, 1, 4);
    expect(rig.ids).toEqual(span(1, 4));
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('reports a gap that is still open at the end of the input', () => {
    const rig = new FeedRig();
    rig.bring(0, 1).bring(0, 5, 6);
    rig.arbiter.end();
    expect(rig.lost).toEqual([[2, 4]]);
    expect(rig.ids).toEqual([1, 5, 6]);
  });
});
