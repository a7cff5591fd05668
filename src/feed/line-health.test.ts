import { describe, expect, it } from 'vitest';
import { FeedEventKind, FeedStatus, LineHealth, LossCause, StatusReason } from './events.ts';
import { LineCell } from './feed-counters.ts';
import { MalformedReason } from './framer.ts';
import { blockPacket } from './testing/block-framer.ts';
import { bodyOf, FeedRig, span } from './testing/feed-rig.ts';

const MS = 1_000_000;
const SECOND = 1000 * MS;

function statuses(rig: FeedRig): [number, number][] {
  return rig.of(FeedEventKind.status).map((e) => [e.detail, e.reason]);
}

describe('health of lines', () => {
  it('calls a line that was never heard silent, not failed, and is live without it', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 3);
    expect(rig.line(1, LineCell.health)).toBe(LineHealth.silent);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    expect(rig.ids).toEqual([1, 2, 3]);
  });

  it('alerts when a line expected live is not heard within the staleness interval, and when it comes back', () => {
    const rig = new FeedRig({ staleAfterNs: 3 * SECOND });
    rig.bring(0, 1).pass(SECOND).heartbeat(0, 2).pass(SECOND).heartbeat(0, 2).pass(SECOND).heartbeat(0, 2).pass(SECOND);
    expect(rig.of(FeedEventKind.redundancy).map((e) => [e.line, e.detail])).toEqual([[1, 1]]);
    rig.bring(1, 1);
    expect(rig.of(FeedEventKind.redundancy).map((e) => [e.line, e.detail])).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });

  it('does not alert about a standby that keeps silent', () => {
    const lines = [
      { name: 'A', expect: 'live' as const },
      { name: 'B', expect: 'standby' as const },
    ];
    const rig = new FeedRig({ lines });
    for (let i = 1; i < 20; i++) rig.bring(0, i).pass(SECOND);
    expect(rig.of(FeedEventKind.redundancy)).toEqual([]);
  });

  it('calls a line lagging that stays behind another, well before it is stale', () => {
    const rig = new FeedRig({ lagNs: 20 * MS });
    for (let i = 1; i < 100; i++) {
      if (i < 10) rig.bring(1, i);
      rig.bring(0, i).pass(2 * MS);
    }
    expect(
      rig
        .of(FeedEventKind.lineHealth)
        .filter((e) => e.line === 1)
        .map((e) => e.detail),
    ).toEqual([LineHealth.live, LineHealth.lagging]);
    rig.bring(1, 10, 99).pass(50 * MS);
    expect(rig.line(1, LineCell.health)).toBe(LineHealth.live);
  });

  it('takes neither malformed nor foreign packets for signs of life', () => {
    const rig = new FeedRig();
    rig.bring(0, 1).bring(1, 1);
    for (let i = 0; i < 5; i++) rig.pass(SECOND).heartbeat(0, 2).packet(1, new Uint8Array(5)).heartbeat(1, 1, 9);
    expect(rig.line(1, LineCell.health)).toBe(LineHealth.stale);
    expect(rig.line(1, LineCell.malformed)).toBe(5);
    expect(rig.line(1, LineCell.malformedByReason + MalformedReason.shortHeader)).toBe(5);
  });

  it('counts what the io layer found cut short', () => {
    const rig = new FeedRig();
    rig.bring(0, 1);
    rig.arbiter.onMalformed(0, MalformedReason.truncated);
    expect(rig.line(0, LineCell.malformedByReason + MalformedReason.truncated)).toBe(1);
    expect(rig.line(0, LineCell.packets)).toBe(2);
  });
});

describe('status of the feed', () => {
  it('goes from down to live, recovering while a gap is open, and back', () => {
    const rig = new FeedRig();
    expect(rig.arbiter.status).toBe(FeedStatus.down);
    rig.bring(0, 1).bring(0, 3).bring(1, 2);
    expect(statuses(rig)).toEqual([
      [FeedStatus.live, StatusReason.none],
      [FeedStatus.recovering, StatusReason.gapOpen],
      [FeedStatus.live, StatusReason.none],
    ]);
  });

  it('is recovering before anything beyond the gap is delivered', () => {
    const rig = new FeedRig();
    const seen: number[] = [];
    rig.duringUnit = () => seen.push(rig.arbiter.status);
    rig
      .bring(0, 1)
      .bring(0, 3)
      .pass(5 * MS);
    expect(seen.at(-1)).toBe(FeedStatus.stale);
  });

  it('is stale when every line is silent, and live again when one is heard', () => {
    const rig = new FeedRig();
    rig
      .bring(0, 1)
      .bring(1, 1)
      .pass(3 * SECOND)
      .pass(SECOND)
      .heartbeat(1, 2);
    expect(statuses(rig)).toEqual([
      [FeedStatus.live, StatusReason.none],
      [FeedStatus.stale, StatusReason.silence],
      [FeedStatus.live, StatusReason.none],
    ]);
  });

  it('stays stale after a declared loss until a new session begins', () => {
    const rig = new FeedRig();
    rig
      .bring(0, 1)
      .bring(0, 3)
      .pass(5 * MS)
      .bring(0, 4)
      .bring(1, 4)
      .bring(0, 6)
      .bring(1, 5);
    expect(statuses(rig).at(-1)).toEqual([FeedStatus.stale, StatusReason.gapLost]);
    rig.bring(0, 1, 1, 2).bring(1, 1, 1, 2);
    expect(statuses(rig).at(-1)).toEqual([FeedStatus.live, StatusReason.sessionChanged]);
  });

  it('can be declared refreshed by the operator', () => {
    const rig = new FeedRig();
    rig
      .bring(0, 1)
      .bring(0, 3)
      .pass(5 * MS);
    rig.arbiter.operatorRefreshed();
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('flags lines that disagree about a unit: stale under first, flagged under sticky', () => {
    for (const policy of ['first', 'sticky'] as const) {
      const rig = new FeedRig({ policy });
      rig.bring(0, 1, 2).packet(1, blockPacket(1, [bodyOf(1, 1), bodyOf(2, 9)]));
      expect(rig.of(FeedEventKind.disagreement).map((e) => [e.line, e.otherLine, e.from])).toEqual([[1, 0, 2]]);
      expect(rig.feed('disagreements')).toBe(1);
      expect(rig.arbiter.status).toBe(policy === 'first' ? FeedStatus.stale : FeedStatus.live);
      expect(rig.ids).toEqual([1, 2]);
    }
  });
});

describe('where units were lost', () => {
  function loss(rig: FeedRig): number {
    rig.pass(5 * MS);
    return rig.of(FeedEventKind.gapLost)[0].detail;
  }

  it('says: by this host, when the kernel dropped datagrams about then', () => {
    const rig = new FeedRig();
    rig.bring(0, 1).bring(1, 1);
    rig.arbiter.onKernelDrops(0, 7);
    rig.bring(0, 3).bring(1, 3);
    expect(loss(rig)).toBe(LossCause.kernelDrop);
    expect(rig.line(0, LineCell.kernelDrops)).toBe(7);
    rig.arbiter.onKernelDrops(0, 7);
    expect(rig.of(FeedEventKind.kernelDrop).map((e) => [e.line, e.detail])).toEqual([[0, 7]]);
  });

  it('says: on the only live line', () => {
    const rig = new FeedRig();
    expect(loss(rig.bring(0, 1).bring(0, 3))).toBe(LossCause.oneLine);
  });

  it('says: on all lines', () => {
    const rig = new FeedRig();
    expect(loss(rig.bring(0, 1).bring(1, 1).bring(0, 3).bring(1, 3))).toBe(LossCause.allLines);
  });

  it('counts a copy that comes after the loss was declared as late', () => {
    const rig = new FeedRig();
    rig
      .bring(0, 1)
      .bring(0, 3)
      .pass(5 * MS)
      .bring(1, 2, 3);
    expect(rig.ids).toEqual([1, 3]);
    expect(rig.line(1, LineCell.late)).toBe(1);
    expect(rig.line(1, LineCell.duplicates)).toBe(2);
  });
});

describe('who wins', () => {
  it('counts for each unit which line was first and by how much', () => {
    const rig = new FeedRig();
    for (const id of span(1, 10)) {
      rig.bring(0, id).pass(1000).bring(1, id).pass(1000);
    }
    rig.bring(1, 11).pass(3).bring(0, 11).bring(1, 11);
    expect([rig.line(0, LineCell.wins), rig.line(1, LineCell.wins)]).toEqual([10, 1]);
    expect(rig.line(0, LineCell.wonByTotalNs)).toBe(10_000);
    // 1000 ns lies in 2^9 … 2^10 - 1, 3 ns in 2 … 3.
    expect(rig.line(0, LineCell.wonByBuckets + 10)).toBe(10);
    expect(rig.line(1, LineCell.wonByBuckets + 2)).toBe(1);
  });
});
