import { describe, expect, it } from 'vitest';
import { FeedEventKind, FeedStatus, LossCause, RefusalReason, SessionEvidence, StatusReason } from './events.ts';
import { LineCell, lineLost } from './feed-counters.ts';
import { blockPacket } from './testing/block-framer.ts';
import { bodyOf, FeedRig, span } from './testing/feed-rig.ts';

const SECOND = 1_000_000_000;

/** A packet of the numbering after a restart: same session, same numbers, other bytes. */
function restarted(first: number, last = first): Uint8Array {
  return blockPacket(
    first,
    span(first, last).map((id) => bodyOf(id, 77)),
  );
}

describe('sessions', () => {
  it('refuses a session that one packet on one line shows', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 5).bring(1, 1, 1, 2).bring(0, 6);
    expect(rig.ids).toEqual(span(1, 6));
    expect(rig.line(1, LineCell.refusedByReason + RefusalReason.foreignSession)).toBe(1);
    expect(rig.line(1, LineCell.units)).toBe(0);
    expect(rig.of(FeedEventKind.refused)).toHaveLength(1);
  });

  it('refuses a stream of another session on one line for as long as the other line goes on in the current one', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 5);
    for (let i = 0; i < 50; i++) rig.bring(1, 1 + i, 1 + i, 2).bring(0, 6 + i);
    expect(rig.ids).toEqual(span(1, 55));
    expect(rig.feed('sessionChanges')).toBe(0);
  });

  it('is not taken over by a line that was joined to the wrong group, however quiet the feed is', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 5).bring(1, 1, 5);
    for (let i = 0; i < 60; i++) {
      // A whole burst of the foreign stream, between two heartbeats of ours.
      for (let k = 0; k < 10; k++) rig.pass(1000).bring(1, 1 + i * 10 + k, 1 + i * 10 + k, 2);
      rig.pass(SECOND).heartbeat(0, 6);
    }
    expect(rig.feed('sessionChanges')).toBe(0);
    rig.bring(0, 6);
    expect(rig.ids).toEqual(span(1, 6));
  });

  it('believes a new session on one line once the others, live until then, have missed a heartbeat', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 5).bring(1, 1, 5);
    for (let id = 1; id <= 11; id++) rig.pass(SECOND / 10).bring(1, id, id, 2);
    expect(rig.of(FeedEventKind.sessionChanged).map((e) => e.detail)).toEqual([SessionEvidence.repeated]);
  });

  it('believes a new session once a second line shows it, and the old one is foreign from then on', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 5).bring(1, 1, 5).bring(0, 1, 2, 2).bring(1, 1, 2, 2).bring(0, 3, 3, 2);
    expect(rig.ids).toEqual([...span(1, 5), 1, 2, 3]);
    expect(rig.of(FeedEventKind.sessionChanged).map((e) => e.detail)).toEqual([SessionEvidence.secondLine]);
    rig.bring(1, 6, 6, 1).bring(0, 6, 6, 1).bring(1, 7, 7, 1).bring(0, 4, 4, 2);
    expect(rig.ids.slice(-2)).toEqual([3, 4]);
    expect(rig.feed('sessionChanges')).toBe(1);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('believes a new session after enough packets on one line while nobody goes on with the old one', () => {
    const rig = new FeedRig({ confirmPackets: 3 });
    rig.bring(0, 1, 5).bring(0, 1, 1, 2).bring(0, 2, 2, 2);
    expect(rig.feed('sessionChanges')).toBe(0);
    rig.bring(0, 3, 3, 2);
    expect(rig.of(FeedEventKind.sessionChanged).map((e) => [e.detail, e.from])).toEqual([
      [SessionEvidence.repeated, 1],
    ]);
    // What was refused meanwhile is taken now.
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([]);
    expect(rig.ids).toEqual([...span(1, 5), 1, 2, 3]);
    rig.bring(1, 1, 4, 2);
    expect(rig.ids).toEqual([...span(1, 5), 1, 2, 3, 4]);
  });

  it('believes the first packet of a new session after the venue ended the current one', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 5).endOfSession(0, 6);
    expect(rig.arbiter.status).toBe(FeedStatus.down);
    expect(rig.of(FeedEventKind.sessionEnded).map((e) => e.from)).toEqual([6]);
    rig.bring(0, 1, 1, 2);
    expect(rig.of(FeedEventKind.sessionChanged)[0].detail).toBe(SessionEvidence.afterEnd);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('recovers a tail that is missing when the session ends before it calls the feed down', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 3).endOfSession(0, 6);
    expect(rig.arbiter.status).toBe(FeedStatus.recovering);
    rig.bring(1, 1, 5);
    expect(rig.arbiter.status).toBe(FeedStatus.down);
    expect(rig.ids).toEqual(span(1, 5));
  });

  it('declares what is still missing lost when the session changes, and delivers what is held', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 3).bring(0, 6).bring(0, 1, 1, 2).bring(1, 1, 1, 2);
    expect(rig.lost).toEqual([[4, 5]]);
    expect(rig.of(FeedEventKind.gapLost)[0].detail).toBe(LossCause.sessionEnded);
    expect(rig.ids).toEqual([1, 2, 3, 6, 1]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    // Line 0 never brought 4 and 5.
    expect(lineLost(rig.arbiter.cells, 0)).toBe(2);
    expect(lineLost(rig.arbiter.cells, 1)).toBe(6);
  });
});

describe('restarts within a session', () => {
  it('does not take a late duplicate for a restart, however often it comes', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 20);
    for (let i = 0; i < 10; i++) rig.bring(0, 1, 3).bring(1, 2, 4).bring(1, 1, 2);
    expect(rig.feed('sessionChanges')).toBe(0);
    expect(rig.ids).toEqual(span(1, 20));
  });

  it('does not restart because a line replays everything while the other is dead', () => {
    const rig = new FeedRig({ windowUnits: 64, compareWindowUnits: 64 });
    for (let id = 1; id <= 500; id++) rig.bring(0, id).bring(1, id);
    for (let id = 1; id <= 400; id++) rig.pass(SECOND / 10).bring(1, id);
    expect(rig.feed('sessionChanges')).toBe(0);
    expect(rig.ids).toEqual(span(1, 500));
  });

  it('does not restart because a line is far behind the one that died', () => {
    const rig = new FeedRig({ windowUnits: 64, compareWindowUnits: 64 });
    for (let id = 1; id <= 500; id++) rig.bring(0, id);
    for (let id = 1; id <= 600; id++) rig.pass(SECOND / 10).bring(1, id);
    expect(rig.feed('sessionChanges')).toBe(0);
    expect(rig.ids).toEqual(span(1, 600));
  });

  it('believes a restart that both lines show with other bytes', () => {
    const rig = new FeedRig();
    rig.bring(0, 1, 50).bring(1, 1, 50);
    rig.packet(0, restarted(1)).packet(1, restarted(1)).packet(0, restarted(2)).packet(1, restarted(2));
    expect(rig.of(FeedEventKind.sessionChanged).map((e) => [e.detail, e.from])).toEqual([
      [SessionEvidence.secondLine, 1],
    ]);
    expect(rig.ids).toEqual([...span(1, 50), 1, 2]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('believes a restart on the only live line after enough packets in a row', () => {
    const rig = new FeedRig({ lineCount: 1, confirmPackets: 3 });
    rig.bring(0, 1, 50).packet(0, restarted(1)).packet(0, restarted(2));
    expect(rig.feed('sessionChanges')).toBe(0);
    rig.packet(0, restarted(3)).packet(0, restarted(4));
    expect(rig.feed('sessionChanges')).toBe(1);
    rig.pass(SECOND);
    expect(rig.lost).toEqual([]);
    expect(rig.ids).toEqual([...span(1, 50), 1, 2, 3, 4]);
    expect(rig.line(0, LineCell.units)).toBe(54);
    expect(rig.line(0, LineCell.duplicates)).toBe(0);
  });

  it('loses nothing of a channel that starts again at 1 while nobody remembers its low numbers', () => {
    const rig = new FeedRig();
    rig.bring(0, 5001, 5050).bring(1, 5001, 5050);
    for (let id = 1; id <= 5; id++) rig.packet(0, restarted(id)).packet(1, restarted(id));
    rig.pass(SECOND);
    expect(rig.of(FeedEventKind.sessionChanged).map((e) => [e.detail, e.from])).toEqual([
      [SessionEvidence.secondLine, 1],
    ]);
    expect(rig.lost).toEqual([]);
    expect(rig.ids).toEqual([...span(5001, 5050), ...span(1, 5)]);
    expect(rig.line(0, LineCell.first)).toBe(55);
    expect(rig.line(1, LineCell.duplicates)).toBe(55);
  });

  it('starts a restarted numbering at its first number, though each line loses some of what shows it', () => {
    const rig = new FeedRig({ lineCount: 3, confirmPackets: 3 });
    rig.bring(0, 5001, 5050).bring(1, 5001, 5050).bring(2, 5001, 5050);
    const heard = [
      [1, 2, 4, 5, 6],
      [1, 2, 3, 5, 6],
      [2, 3, 4, 5, 6],
    ];
    for (let id = 1; id <= 6; id++)
      for (let line = 0; line < 3; line++) if (heard[line].includes(id)) rig.packet(line, restarted(id));
    rig.pass(SECOND);
    expect(rig.ids).toEqual([...span(5001, 5050), ...span(1, 6)]);
    expect(rig.lost).toEqual([]);
  });

  it('believes on one line a restart at 1 whose numbers nobody remembers, but no packets from just before the start', () => {
    const reordered = new FeedRig({ lineCount: 1 });
    reordered.bring(0, 4).bring(0, 1).bring(0, 2).bring(0, 3).bring(0, 5);
    expect(reordered.ids).toEqual([4, 5]);
    expect(reordered.feed('sessionChanges')).toBe(0);
    const rig = new FeedRig({ lineCount: 1 });
    rig.bring(0, 5001, 5050);
    for (let id = 1; id <= 5; id++) rig.packet(0, restarted(id));
    expect(rig.ids).toEqual([...span(5001, 5050), ...span(1, 5)]);
  });

  it('takes no late duplicate from before a restart for one of the packets that showed it', () => {
    const rig = new FeedRig({ windowUnits: 64, compareWindowUnits: 64, lineCount: 1 });
    rig.bring(0, 70_001, 70_200);
    // Nobody remembers it, and it lies among the numbers of the restart to come.
    rig.bring(0, 3).bring(0, 70_201);
    for (let id = 1; id <= 5; id++) rig.packet(0, restarted(id));
    const bodies = rig.units.slice(-5).map((unit) => unit.body);
    expect(bodies).toEqual(span(1, 5).map((id) => Buffer.from(bodyOf(id, 77)).toString('hex')));
  });

  it('keeps the numbering from before a restart out, when a slower line still sends it', () => {
    const rig = new FeedRig({ windowUnits: 64, lineCount: 3 });
    for (let id = 1; id <= 300; id++) rig.bring(0, id).bring(1, id).bring(2, id);
    rig.packet(0, restarted(1)).packet(1, restarted(1));
    expect(rig.feed('sessionChanges')).toBe(1);
    rig.bring(2, 301).bring(2, 302).packet(2, restarted(1)).packet(2, restarted(2));
    expect(rig.ids.slice(300)).toEqual([1, 2]);
    expect(rig.feed('openGaps')).toBe(0);
  });
});

describe('jumps forward', () => {
  const config = { maxForwardJump: 1000, confirmPackets: 3 };

  it('does not let one corrupt packet declare a day lost', () => {
    const rig = new FeedRig(config);
    rig
      .bring(0, 1, 5)
      .bring(0, 900_000)
      .bring(0, 6)
      .pass(10 * SECOND);
    expect(rig.ids).toEqual(span(1, 6));
    expect(rig.lost).toEqual([]);
    expect(rig.of(FeedEventKind.jumpSuspected).map((e) => [e.line, e.from, e.to])).toEqual([[0, 900_000, 6]]);
    expect(rig.line(0, LineCell.refusedByReason + RefusalReason.unconfirmedJump)).toBe(1);
  });

  it('believes a jump that a second line shows, and declares the range lost', () => {
    const rig = new FeedRig(config);
    rig.bring(0, 1, 5).bring(0, 5001, 5002).bring(1, 5001, 5002);
    expect(rig.lost).toEqual([[6, 5000]]);
    expect(rig.of(FeedEventKind.gapLost)[0].detail).toBe(LossCause.jump);
    expect(rig.ids).toEqual([...span(1, 5), 5001, 5002]);
    expect(rig.arbiter.status).toBe(FeedStatus.stale);
  });

  it('believes a jump after enough packets in a row on one line, and misses none of them', () => {
    const rig = new FeedRig(config);
    rig.bring(0, 1, 5).bring(0, 5001).bring(0, 5002).bring(0, 5003);
    rig.pass(SECOND);
    expect(rig.lost).toEqual([[6, 5000]]);
    expect(rig.ids).toEqual([...span(1, 5), 5001, 5002, 5003]);
    expect(rig.units.at(-3)?.rxNs).toBe(rig.units[0].rxNs);
  });

  it('does not believe a jump on one line while the other goes on before it', () => {
    const rig = new FeedRig(config);
    rig.bring(0, 1, 5);
    for (let i = 0; i < 20; i++) rig.bring(0, 5001 + i).bring(1, 6 + i);
    expect(rig.ids).toEqual(span(1, 25));
    expect(rig.lost).toEqual([]);
  });

  it('asks the snapshot service about the range of a confirmed jump, where there is one', () => {
    const rig = new FeedRig({ ...config, snapshot: { attempts: 2, timeoutNs: SECOND } });
    rig.bring(0, 1, 5).bring(0, 5001).bring(1, 5001);
    expect(rig.lost).toEqual([]);
    expect(rig.ranges(FeedEventKind.snapshotWanted)).toEqual([[6, 5000]]);
    expect(rig.arbiter.snapshotBegin()).toBe(true);
    rig.bring(0, 5002);
    rig.arbiter.snapshotNext[0] = 5002;
    expect(rig.arbiter.snapshotEnd()).toBe(true);
    expect(rig.ids).toEqual([...span(1, 5), 5002]);
    expect(rig.feed('filledBySnapshot')).toBe(4995);
    expect(rig.feed('coveredBySnapshot')).toBe(1);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    expect(rig.feed('statusReason')).toBe(StatusReason.snapshot);
  });
});

describe('numbers', () => {
  it.each([2 ** 31, 2 ** 32, 2 ** 33, 2 ** 52])(
    'crosses %i without losing track, holes and copies included',
    (edge) => {
      const rig = new FeedRig({ windowUnits: 16, compareWindowUnits: 16, holdOffCount: 4 });
      const first = edge - 100;
      for (let id = first; id < edge + 100; id += 2) {
        if (id % 10 === 0) rig.bring(0, id + 1).bring(1, id, id + 1);
        else
          rig
            .bring(0, id, id + 1)
            .bring(1, id)
            .bring(1, id + 1);
      }
      expect(rig.ids).toEqual(span(first, edge + 99));
      expect(rig.feed('disagreements')).toBe(0);
      expect(lineLost(rig.arbiter.cells, 0)).toBe(rig.feed('filledByOtherLine'));
      expect(lineLost(rig.arbiter.cells, 1)).toBe(0);
    },
  );

  it('takes the highest number there can be', () => {
    const rig = new FeedRig();
    const top = Number.MAX_SAFE_INTEGER;
    rig
      .bring(0, top - 4, top - 3)
      .bring(0, top)
      .bring(1, top - 2, top)
      .bring(1, top);
    expect(rig.ids).toEqual(span(top - 4, top));
    expect(lineLost(rig.arbiter.cells, 0)).toBe(2);
  });

  it('does not stall on a hole below the highest number there can be, where counting on never gets past 2^53', () => {
    const rig = new FeedRig({ policy: 'sticky' });
    const top = Number.MAX_SAFE_INTEGER;
    rig.bring(0, top - 4).bring(1, top);
    rig.arbiter.operatorSwitch(1);
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([[top - 3, top - 1]]);
    rig.bring(0, top - 3, top - 1);
    expect(rig.ids).toEqual(span(top - 4, top));
  });
});
