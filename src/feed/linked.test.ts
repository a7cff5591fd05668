import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArbiterConfig, defaultArbiterConfig } from './arbiter-config.ts';
import { FeedEventKind, FeedStatus } from './events.ts';
import { lineLost } from './feed-counters.ts';
import { bodyOf, FeedRig } from './testing/feed-rig.ts';
import { LinkedFramer, linkedPacket } from './testing/linked-framer.ts';
import { Seeded } from './testing/seeded.ts';

const MS = 1_000_000;

function linkedRig(config: Partial<ArbiterConfig> & { lineCount?: number } = {}): FeedRig {
  return new FeedRig(config, new LinkedFramer());
}

/** A unit of the true stream whose predecessor is given. */
function bring(rig: FeedRig, line: number, predecessor: number, id: number): void {
  rig.packet(line, linkedPacket(predecessor, id, bodyOf(id)));
}

describe('linked feeds', () => {
  it('follow the chain of predecessors, not the numbers', () => {
    const rig = linkedRig();
    bring(rig, 0, 90, 100);
    bring(rig, 0, 100, 117);
    bring(rig, 1, 90, 100);
    bring(rig, 1, 117, 118);
    bring(rig, 1, 100, 117);
    bring(rig, 0, 117, 118);
    expect(rig.ids).toEqual([100, 117, 118]);
    expect(rig.of(FeedEventKind.gapOpened)).toEqual([]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('open a gap of unknown size where the predecessor is missing, closed when it arrives', () => {
    const rig = linkedRig();
    bring(rig, 0, 90, 100);
    bring(rig, 0, 150, 160);
    bring(rig, 0, 160, 170);
    expect(rig.ranges(FeedEventKind.gapOpened)).toEqual([[101, 150]]);
    bring(rig, 1, 130, 150);
    expect(rig.ids).toEqual([100]);
    bring(rig, 1, 100, 130);
    expect(rig.ids).toEqual([100, 130, 150, 160, 170]);
    expect(rig.feed('filledByOtherLine')).toBe(2);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
    expect(lineLost(rig.arbiter.cells, 0)).toBe(2);
  });

  it('declare a gap lost at the hold-off and go on behind it', () => {
    const rig = linkedRig();
    bring(rig, 0, 90, 100);
    bring(rig, 0, 150, 160);
    rig.pass(5 * MS);
    expect(rig.lost).toEqual([[101, 150]]);
    expect(rig.ids).toEqual([100, 160]);
  });

  it('are refreshed by a snapshot whose number lies anywhere between two units', () => {
    const rig = linkedRig({ snapshot: { attempts: 1, timeoutNs: 1000 * MS } });
    bring(rig, 0, 90, 100);
    bring(rig, 0, 150, 160);
    rig.pass(5 * MS);
    expect(rig.arbiter.snapshotBegin()).toBe(true);
    bring(rig, 0, 160, 175);
    rig.arbiter.snapshotNext[0] = 171;
    expect(rig.arbiter.snapshotEnd()).toBe(true);
    expect(rig.ids).toEqual([100, 175]);
    bring(rig, 0, 175, 180);
    expect(rig.ids).toEqual([100, 175, 180]);
    expect(rig.arbiter.status).toBe(FeedStatus.live);
  });

  it('never deliver a unit whose chain contradicts the one delivered', () => {
    const rig = linkedRig();
    bring(rig, 0, 90, 100);
    bring(rig, 0, 100, 120);
    bring(rig, 1, 110, 130);
    bring(rig, 0, 120, 140);
    bring(rig, 0, 140, 139);
    expect(rig.ids).toEqual([100, 120, 140]);
    expect(rig.feed('disagreements')).toBe(1);
  });

  it('cannot be arbitrated by policy sticky', () => {
    expect(() => linkedRig({ ...defaultArbiterConfig, policy: 'sticky' })).toThrow(/sticky needs a feed whose units/);
  });

  it('lose nothing that any line had, in order and once, whatever the lines do', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 0.1, 0.4), fc.constantFrom(1, 40, 5000), (seed, loss, stride) => {
        const random = new Seeded(seed);
        const chain = [1000];
        for (let i = 0; i < 200; i++) chain.push(chain[i] + random.between(1, stride));
        const arrivals: { at: number; line: number; index: number }[] = [];
        for (let line = 0; line < 3; line++) {
          for (let i = 1; i < chain.length; i++) {
            if (i > 1 && random.chance(loss)) continue;
            const copies = random.chance(0.1) ? 2 : 1;
            for (let copy = 0; copy < copies; copy++)
              arrivals.push({ at: i * 10 + random.between(0, 60), line, index: i });
          }
        }
        arrivals.push({ at: 0, line: 0, index: 1 });
        arrivals.sort((a, b) => a.at - b.at);
        const rig = linkedRig({ lineCount: 3, holdOffCount: 1e9, holdOffNs: 1e12, gapDeadlineNs: 1e12 });
        for (const { line, index } of arrivals) bring(rig, line, chain[index - 1], chain[index]);
        rig.arbiter.end();
        const had = [...new Set(arrivals.map((a) => chain[a.index]))].sort((a, b) => a - b);
        expect(rig.ids).toEqual(had);
        expect(rig.feed('disagreements')).toBe(0);
        expect(rig.feed('heldUnits')).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
