import { describe, expect, it } from 'vitest';
import { defaultRetransmitPolicy } from './arbiter-config.ts';
import { FeedEventKind, FeedStatus, LossCause, StatusReason } from './events.ts';
import { LineCell } from './feed-counters.ts';
import { Source } from './sink.ts';
import { blockPacket } from './testing/block-framer.ts';
import { bodyOf, FeedRig, span } from './testing/feed-rig.ts';

const MS = 1_000_000;
const SECOND = 1000 * MS;

/**
 * What users of comparable systems complained of, and what was found wrong by reading them, each as a test. Numbers in
 * the names are those of their public issue trackers.
 */
describe('complaints about other systems', () => {
  it('after an overrun the stream goes on at once, with a count, instead of nothing for ten seconds (aeron#541)', () => {
    const rig = new FeedRig({ windowUnits: 16, holdOffCount: 1e9, holdOffNs: 10 * SECOND, gapDeadlineNs: 60 * SECOND });
    rig.bring(0, 1).bring(0, 3, 40);
    // Not a nanosecond has passed.
    expect(rig.ids).toEqual([1, ...span(3, 40)]);
    expect(rig.feed('lostUnits')).toBe(1);
    expect(rig.feed('lostByCause')).toBe(0);
    expect(rig.of(FeedEventKind.gapLost).map((e) => [e.from, e.to, e.detail])).toEqual([[2, 2, LossCause.windowFull]]);
    rig.bring(0, 41);
    expect(rig.ids.at(-1)).toBe(41);
  });

  it('one unit lost for good holds the rest up for no longer than the gap deadline (aeron#206, #903)', () => {
    const retransmit = { ...defaultRetransmitPolicy, attempts: 1_000_000, timeoutNs: MS, backoff: 1 };
    const rig = new FeedRig({ retransmit, gapDeadlineNs: 50 * MS });
    rig.bring(0, 1).bring(0, 3);
    for (let i = 4; i < 100; i++) rig.pass(MS).bring(0, i);
    expect(rig.ids).toEqual([1, ...span(3, 99)]);
    expect(rig.of(FeedEventKind.gapLost).map((e) => e.windowNs)).toEqual([50 * MS]);
  });

  it('a number above the expected one is never ignored: every hole is an event with from and to (cryptofeed#20)', () => {
    const rig = new FeedRig();
    rig.bring(0, 1).bring(0, 4).bring(0, 9, 10);
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([
      [2, 3],
      [5, 8],
    ]);
    rig.pass(SECOND);
    expect(rig.lost).toEqual([
      [2, 3],
      [5, 8],
    ]);
  });

  it('loss marks the feed at once, so nobody prices on a stale book (coinbase-pro-node#102)', () => {
    const rig = new FeedRig();
    const statusAtUnit = new Map<number, number>();
    rig.duringUnit = (unit) => statusAtUnit.set(unit.id, rig.arbiter.status);
    rig.bring(0, 1).bring(0, 3);
    expect(rig.arbiter.status).toBe(FeedStatus.recovering);
    rig.pass(5 * MS).bring(0, 4);
    // By the time the first unit behind the hole is delivered, the feed is marked.
    expect([...statusAtUnit]).toEqual([
      [1, FeedStatus.live],
      [3, FeedStatus.stale],
      [4, FeedStatus.stale],
    ]);
  });

  it('a silent feed is told from a quiet one by its own data and heartbeats, not by its socket (ccxt#22662, #23214)', () => {
    const quiet = new FeedRig();
    const dead = new FeedRig();
    for (const rig of [quiet, dead]) rig.bring(0, 1).bring(1, 1);
    for (let i = 0; i < 60; i++) {
      quiet.pass(SECOND).heartbeat(0, 2).heartbeat(1, 2);
      // The socket is open and brings datagrams, none of which is of the feed.
      dead
        .pass(SECOND)
        .packet(0, new Uint8Array([1, 2, 3]))
        .packet(1, new Uint8Array(100));
      if (dead.arbiter.status === FeedStatus.stale) break;
    }
    expect(quiet.arbiter.status).toBe(FeedStatus.live);
    expect([dead.arbiter.status, dead.feed('statusReason')]).toEqual([FeedStatus.stale, StatusReason.silence]);
    expect(dead.now - 1_000_000_000).toBeLessThan(5 * SECOND);
  });

  it('lines that carry different bytes are found by comparing every copy, not by a book gone wrong (ccxt#12279, #10599)', () => {
    const rig = new FeedRig();
    for (let id = 1; id <= 100; id++) {
      rig.bring(0, id).packet(1, blockPacket(id, [bodyOf(id, id === 57 ? 2 : 1)]));
    }
    expect(rig.ranges(FeedEventKind.disagreement)).toEqual([[57, 57]]);
    expect([rig.arbiter.status, rig.feed('statusReason')]).toEqual([FeedStatus.stale, StatusReason.disagreement]);
  });

  it('how long nothing came is part of the event that ends it (ts-sdk#285)', () => {
    const rig = new FeedRig();
    rig
      .bring(0, 1)
      .pass(4 * SECOND)
      .pass(SECOND)
      .bring(0, 2);
    const back = rig.of(FeedEventKind.lineHealth).at(-1)!;
    expect(back.windowNs).toBe(5 * SECOND);
    rig
      .bring(0, 4)
      .pass(2 * MS)
      .bring(1, 3);
    expect(rig.of(FeedEventKind.gapFilled)[0]).toMatchObject({ from: 3, to: 3, windowNs: 2 * MS });
  });

  it('a recovery that succeeded does not count against the next one (java-cme-mdp3-handler#54)', () => {
    const retransmit = { ...defaultRetransmitPolicy, attempts: 3, timeoutNs: 10 * MS, backoff: 1 };
    const rig = new FeedRig({ retransmit, snapshot: { attempts: 1, timeoutNs: SECOND } });
    rig.bring(0, 1);
    for (let i = 0; i < 20; i++) {
      const hole = 2 + i * 2;
      // Each gap needs the third and last attempt.
      rig
        .bring(0, hole + 1)
        .pass(5 * MS)
        .pass(10 * MS)
        .pass(10 * MS);
      rig.bring(Source.retransmit, hole);
    }
    expect(rig.ids).toEqual(span(1, 41));
    expect(rig.of(FeedEventKind.snapshotWanted)).toEqual([]);
    expect(rig.lost).toEqual([]);
  });

  it('after a channel reset nothing of the old numbering reaches the book (java-cme-mdp3-handler#30)', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 100).bring(1, 1, 100).bring(0, 103, 105);
    const reset = (id: number) => blockPacket(id, [bodyOf(id, 50)]);
    rig.packet(0, reset(1)).packet(1, reset(1)).packet(0, reset(2)).packet(1, reset(2)).packet(0, reset(3));
    const change = rig.events.findIndex((e) => e.kind === FeedEventKind.sessionChanged);
    expect(rig.events.slice(0, change).filter((e) => e.kind === FeedEventKind.gapLost)).toMatchObject([
      { from: 101, to: 102, detail: LossCause.sessionEnded },
    ]);
    expect(rig.ids).toEqual([...span(1, 100), 103, 104, 105, 1, 2, 3]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('a handler that throws costs no unit, blocks nothing and stops nobody (disruptor#223, #182, #489)', () => {
    const rig = new FeedRig();
    rig.duringUnit = (unit) => {
      if (unit.id % 3 === 0) throw new Error(`strategy failed on ${unit.id}`);
    };
    const failures: string[] = [];
    const bring = (source: number, first: number, last = first) => {
      try {
        rig.bring(source, first, last);
      } catch (error) {
        failures.push((error as Error).message);
      }
    };
    bring(0, 1, 4); // throws in the middle of a packet: the rest of it is delivered
    bring(0, 8, 9); // held
    bring(1, 5, 7); // fills, and throws on 6 and 9: the first error is told
    bring(1, 3, 9);
    bring(0, 10);
    expect(rig.ids).toEqual(span(1, 10));
    expect(failures).toEqual(['strategy failed on 3', 'strategy failed on 6']);
    expect(rig.feed('sinkErrors')).toBe(3);
    expect(rig.feed('delivered')).toBe(10);
    expect(rig.line(0, LineCell.units)).toBe(rig.line(0, LineCell.first) + rig.line(0, LineCell.duplicates));
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('an event handler that throws does not leave a gap half declared (disruptor#223)', () => {
    const rig = new FeedRig();
    const onEvent = rig.onEvent.bind(rig);
    rig.onEvent = (event) => {
      onEvent(event);
      throw new Error('events are broken');
    };
    const ignore = (act: () => void) => {
      try {
        act();
      } catch {
        // What is thrown is tested above.
      }
    };
    ignore(() => rig.bring(0, 1));
    ignore(() => rig.bring(0, 3));
    ignore(() => rig.pass(5 * MS));
    ignore(() => rig.bring(0, 4));
    expect(rig.ids).toEqual([1, 3, 4]);
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.feed('openGaps')).toBe(0);
  });
});

describe('weaknesses found by reading other systems', () => {
  it('a hole on a channel that falls quiet is escalated by time, not only by later packets (W1)', () => {
    const rig = new FeedRig({ holdOffCount: 1000, holdOffNs: 5 * MS });
    rig
      .bring(0, 1)
      .bring(0, 3)
      .pass(5 * MS);
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.ids).toEqual([1, 3]);
  });

  it('two holes in one window are two gaps: filling one never steps over the other (W2)', () => {
    const rig = new FeedRig();
    rig.bring(0, 1).bring(0, 3).bring(0, 5, 6);
    rig.bring(1, 2);
    expect(rig.ids).toEqual([1, 2, 3]);
    expect(rig.feed('openGaps')).toBe(1);
    rig.bring(1, 4);
    expect(rig.ids).toEqual(span(1, 6));
    expect(rig.lost).toEqual([]);
  });

  it('the later of two holes may be filled first, and is not lost with the earlier (W2)', () => {
    const rig = new FeedRig();
    rig
      .bring(0, 1)
      .bring(0, 3)
      .pass(3 * MS)
      .bring(0, 5)
      .bring(1, 4);
    expect(rig.ids).toEqual([1]);
    rig.pass(2 * MS);
    expect(rig.lost).toEqual([[2, 2]]);
    expect(rig.ids).toEqual([1, 3, 4, 5]);
  });

  it('a line index never turns negative past 2^31 (W3)', () => {
    const rig = new FeedRig({ windowUnits: 1024 });
    rig
      .bring(0, 2 ** 31 - 2)
      .bring(0, 2 ** 31)
      .bring(0, 2 ** 31 + 2, 2 ** 31 + 9);
    rig.bring(1, 2 ** 31 - 2, 2 ** 31 + 9);
    expect(rig.ids).toEqual(span(2 ** 31 - 2, 2 ** 31 + 9));
  });

  it('what arrives behind a hole is kept: only what is missing is asked for again (W4)', () => {
    const rig = new FeedRig({ retransmit: defaultRetransmitPolicy });
    rig
      .bring(0, 1)
      .bring(0, 3, 50)
      .bring(0, 52, 99)
      .pass(5 * MS);
    expect(rig.ranges(FeedEventKind.retransmitWanted)).toEqual([
      [2, 2],
      [51, 51],
    ]);
    rig.bring(Source.retransmit, 2).bring(Source.retransmit, 51);
    expect(rig.ids).toEqual(span(1, 99));
    expect(rig.feed('retransmitUnitsWanted')).toBe(2);
  });
});
