import { describe, expect, it } from 'vitest';
import { FeedEventKind, FeedStatus, FillMeans, LineHealth, SwitchEvidence } from './events.ts';
import { LineCell } from './feed-counters.ts';
import { FeedRig, span } from './testing/feed-rig.ts';

const MS = 1_000_000;
const SECOND = 1000 * MS;
const sticky = { policy: 'sticky' as const };

function evidence(rig: FeedRig): [number, number][] {
  return rig.of(FeedEventKind.switched).map((e) => [e.line, e.detail]);
}

describe('policy sticky', () => {
  it('lets the active line lead: what a standby brings first waits for it', () => {
    const rig = new FeedRig(sticky);
    rig.bring(0, 1).bring(1, 1, 3);
    expect(rig.ids).toEqual([1]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    expect(rig.line(1, LineCell.held)).toBe(2);
    rig.bring(0, 2, 3);
    expect(rig.ids).toEqual([1, 2, 3]);
    expect(rig.units.map((u) => u.source)).toEqual([0, 0, 0]);
    expect(rig.line(1, LineCell.duplicates)).toBe(3);
    expect(rig.line(1, LineCell.wins)).toBe(2);
    expect(rig.feed('heldUnits')).toBe(0);
    expect(rig.feed('switches')).toBe(0);
  });

  it('fills a hole of the active line from what a standby holds, at once, and calls it a fill', () => {
    const rig = new FeedRig(sticky);
    rig.bring(0, 1).bring(1, 1, 4).bring(0, 4, 5);
    expect(rig.ids).toEqual(span(1, 5));
    expect(rig.units.map((u) => u.source)).toEqual([0, 1, 1, 0, 0]);
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([[2, 3]]);
    expect(rig.of(FeedEventKind.gapFilled).map((e) => [e.from, e.to, e.line, e.detail])).toEqual([
      [2, 3, 1, FillMeans.otherLine],
    ]);
    expect(rig.feed('filledByOtherLine')).toBe(2);
    expect(evidence(rig)).toEqual([]);
  });

  it('waits the hold-off for a standby to fill a hole that nobody holds', () => {
    const rig = new FeedRig(sticky);
    rig.bring(0, 1).bring(1, 1).bring(0, 4);
    expect(rig.arbiter.status).toBe(FeedStatus.recovering);
    rig.bring(1, 2, 3);
    expect(rig.ids).toEqual(span(1, 4));
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('switches when the active line lags by time, and delivers what the other holds at that moment', () => {
    const rig = new FeedRig({ ...sticky, lagNs: 20 * MS });
    rig
      .bring(0, 1)
      .bring(1, 1)
      .pass(MS)
      .bring(1, 2, 4)
      .pass(20 * MS - 1);
    expect(rig.ids).toEqual([1]);
    rig.pass(1);
    expect(rig.ids).toEqual(span(1, 4));
    expect(evidence(rig)).toEqual([[1, SwitchEvidence.lag]]);
    expect(rig.of(FeedEventKind.switched)[0].windowNs).toBe(20 * MS);
    expect(rig.units[1].rxNs).toBe(rig.now - 20 * MS);
    rig.bring(1, 5);
    expect(rig.ids).toEqual(span(1, 5));
    expect(rig.arbiter.activeLine).toBe(1);
  });

  it('switches when the active line lags by units', () => {
    const rig = new FeedRig({ ...sticky, lagUnits: 10 });
    rig.bring(0, 1).bring(1, 1, 10);
    expect(evidence(rig)).toEqual([]);
    rig.pass(1000).bring(1, 11);
    expect(evidence(rig)).toEqual([[1, SwitchEvidence.lag]]);
    expect(rig.ids).toEqual(span(1, 11));
    // The evidence says for how long the line had brought nothing.
    expect(rig.of(FeedEventKind.switched)[0].windowNs).toBe(1000);
  });

  it('switches when the active line falls silent while another is alive', () => {
    const rig = new FeedRig({ ...sticky, staleAfterNs: 3 * SECOND });
    rig.bring(0, 1).bring(1, 1);
    for (let i = 0; i < 5; i++) rig.pass(SECOND).heartbeat(1, 2);
    expect(evidence(rig)).toEqual([[1, SwitchEvidence.silence]]);
    expect(
      rig
        .of(FeedEventKind.lineHealth)
        .filter((e) => e.line === 0)
        .map((e) => e.detail),
    ).toEqual([LineHealth.live, LineHealth.stale]);
  });

  it('does not switch to a line that is silent as well', () => {
    const rig = new FeedRig(sticky);
    rig
      .bring(0, 1)
      .bring(1, 1)
      .pass(10 * SECOND);
    expect(evidence(rig)).toEqual([]);
    expect(rig.arbiter.status).toBe(FeedStatus.stale);
  });

  it('switches on a socket error at once', () => {
    const rig = new FeedRig(sticky);
    rig.bring(0, 1).bring(1, 1, 3);
    rig.arbiter.onSocketError(0);
    expect(evidence(rig)).toEqual([[1, SwitchEvidence.socketError]]);
    expect(rig.ids).toEqual([1, 2, 3]);
    rig.bring(0, 4);
    expect(rig.line(0, LineCell.health)).toBe(LineHealth.live);
  });

  it('switches on a prediction and at the operator’s word', () => {
    const rig = new FeedRig({ ...sticky, minDwellNs: 1 });
    rig.bring(0, 1).bring(1, 1);
    rig.arbiter.onPrediction(1);
    expect(evidence(rig)).toEqual([]);
    rig.arbiter.onPrediction(0);
    rig.pass(1);
    rig.arbiter.operatorSwitch(0);
    rig.arbiter.operatorSwitch(1);
    rig.arbiter.operatorFailback();
    expect(evidence(rig)).toEqual([
      [1, SwitchEvidence.prediction],
      [0, SwitchEvidence.operator],
      [1, SwitchEvidence.operator],
      [0, SwitchEvidence.failback],
    ]);
  });

  it('switches when the active line has too many holes within the window, not when they are far apart', () => {
    const far = new FeedRig({ ...sticky, holeCount: 3, holeWindowNs: SECOND });
    const near = new FeedRig({ ...sticky, holeCount: 3, holeWindowNs: SECOND });
    for (const [rig, pause] of [
      [far, 600 * MS],
      [near, 300 * MS],
    ] as const) {
      rig.bring(0, 1).bring(1, 1);
      for (let id = 2; id <= 7; id += 2)
        rig
          .pass(pause)
          .bring(1, id, id + 1)
          .bring(0, id + 1);
    }
    expect(evidence(far)).toEqual([]);
    expect(evidence(near)).toEqual([[1, SwitchEvidence.repeatedHoles]]);
    expect(near.ids).toEqual(span(1, 7));
    expect(far.ids).toEqual(span(1, 7));
  });

  it('starts on the standby when the preferred line is never heard', () => {
    const rig = new FeedRig(sticky);
    rig
      .bring(1, 1, 2)
      .pass(20 * MS)
      .bring(1, 3);
    expect(rig.ids).toEqual([1, 2, 3]);
    expect(evidence(rig)).toEqual([[1, SwitchEvidence.silence]]);
    expect(rig.line(0, LineCell.health)).toBe(LineHealth.silent);
  });

  it('takes a third line when two are dead', () => {
    const rig = new FeedRig({ ...sticky, lineCount: 3 });
    rig.bring(0, 1).bring(1, 1).bring(2, 1).bring(1, 2).bring(2, 2);
    rig
      .pass(20 * MS)
      .bring(2, 3)
      .pass(20 * MS)
      .pass(20 * MS * 8);
    expect(rig.ids).toEqual([1, 2, 3]);
    expect(rig.arbiter.activeLine).toBe(2);
  });

  it('opens a gap for what the new active line never had either', () => {
    const rig = new FeedRig(sticky);
    rig
      .bring(0, 1)
      .bring(1, 1)
      .bring(1, 3)
      .pass(20 * MS);
    expect(evidence(rig)).toEqual([[1, SwitchEvidence.lag]]);
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([[2, 2]]);
    rig.pass(5 * MS);
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.ids).toEqual([1, 3]);
  });
});

describe('failback', () => {
  /** A was silent, B took over, A is back; both go on for `seconds`. */
  function afterSwitch(rig: FeedRig, seconds: number): FeedRig {
    rig
      .bring(0, 1)
      .bring(1, 1, 2)
      .pass(20 * MS);
    expect(rig.arbiter.activeLine).toBe(1);
    for (let i = 0; i < seconds * 10; i++)
      rig
        .pass(SECOND / 10)
        .bring(0, 3 + i)
        .bring(1, 3 + i);
    return rig;
  }

  it('never happens by policy never', () => {
    expect(afterSwitch(new FeedRig({ ...sticky, failback: 'never' }), 60).arbiter.activeLine).toBe(1);
  });

  it('happens only by hand with policy manual', () => {
    const rig = afterSwitch(new FeedRig({ ...sticky, failback: 'manual' }), 60);
    expect(rig.arbiter.activeLine).toBe(1);
    rig.arbiter.operatorFailback();
    expect(rig.arbiter.activeLine).toBe(0);
  });

  it('happens after so many clean seconds, counted anew from each hole of the preferred line', () => {
    const rig = afterSwitch(new FeedRig({ ...sticky, failback: { afterCleanNs: 5 * SECOND } }), 4);
    rig.pass(1).bring(0, 44).bring(1, 43, 44);
    for (let i = 45; i < 90; i++)
      rig
        .pass(SECOND / 10)
        .bring(0, i)
        .bring(1, i);
    expect(rig.arbiter.activeLine).toBe(1);
    for (let i = 90; i < 100; i++)
      rig
        .pass(SECOND / 10)
        .bring(0, i)
        .bring(1, i);
    expect(rig.arbiter.activeLine).toBe(0);
    expect(evidence(rig).at(-1)).toEqual([0, SwitchEvidence.failback]);
    expect(rig.ids).toEqual(span(1, 99));
  });

  it('does not undo what the operator chose', () => {
    const rig = new FeedRig({ ...sticky, failback: { afterCleanNs: SECOND } });
    rig.bring(0, 1).bring(1, 1);
    rig.arbiter.operatorSwitch(1);
    for (let i = 2; i < 100; i++)
      rig
        .pass(SECOND / 10)
        .bring(0, i)
        .bring(1, i);
    expect(rig.arbiter.activeLine).toBe(1);
  });

  it('makes the router flap ever less when a line flaps', () => {
    const rig = new FeedRig({ ...sticky, failback: { afterCleanNs: SECOND / 2 }, minDwellNs: SECOND, lagNs: 20 * MS });
    let id = 1;
    const switchesPerMinute: number[] = [];
    for (let minute = 0; minute < 4; minute++) {
      const before = rig.feed('switches');
      // Line A is dead for 100 ms in every second.
      for (let i = 0; i < 60 * 50; i++, id++) {
        rig.pass(20 * MS);
        if (i % 50 >= 5) rig.bring(0, id);
        rig.bring(1, id);
      }
      switchesPerMinute.push(rig.feed('switches') - before);
    }
    expect(rig.ids).toEqual(span(1, id - 1));
    expect(switchesPerMinute[3]).toBeLessThanOrEqual(2);
    expect(switchesPerMinute[0]).toBeLessThan(20);
  });

  it('does not switch when a quiet feed wakes up and a standby happens to speak first', () => {
    // found by replaying a real capture of a quiet CME channel: 33 switches between two healthy lines
    const rig = new FeedRig({ ...sticky, staleAfterNs: 3 * SECOND, lagNs: 20 * MS });
    rig.bring(0, 1).bring(1, 1);
    for (let id = 2; id <= 5; id++) {
      rig
        .pass(10 * SECOND)
        .bring(1, id)
        .pass(1000)
        .bring(0, id);
    }
    expect(rig.ids).toEqual(span(1, 5));
    expect(evidence(rig)).toEqual([]);
  });

  it('switches by silence when the feed wakes up and the active line does not', () => {
    const rig = new FeedRig({ ...sticky, staleAfterNs: 3 * SECOND, lagNs: 20 * MS });
    rig
      .bring(0, 1)
      .bring(1, 1)
      .pass(10 * SECOND)
      .bring(1, 2)
      .pass(20 * MS - 1);
    expect(rig.ids).toEqual([1]);
    rig.pass(1);
    expect(rig.ids).toEqual([1, 2]);
    expect(evidence(rig)).toEqual([[1, SwitchEvidence.silence]]);
  });
});
