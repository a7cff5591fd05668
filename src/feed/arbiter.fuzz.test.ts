import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeedEventKind } from './events.ts';
import { FeedCell, LineCell } from './feed-counters.ts';
import { MalformedReason } from './framer.ts';
import { blockPacket, endPacket } from './testing/block-framer.ts';
import { bodyOf, FeedRig, span } from './testing/feed-rig.ts';

/** Anything that can happen to an arbiter, in any order. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('bytes' as const),
        source: fc.integer({ min: -3, max: 5 }),
        bytes: fc.uint8Array({ maxLength: 60 }),
      }),
    },
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constant('units' as const),
        source: fc.integer({ min: -1, max: 2 }),
        first: fc.oneof(
          fc.integer({ min: 1, max: 60 }),
          fc.integer({ min: 1, max: 5000 }),
          fc.constantFrom(2 ** 40, Number.MAX_SAFE_INTEGER - 3),
        ),
        count: fc.integer({ min: 0, max: 6 }),
        session: fc.constantFrom(1, 1, 1, 1, 2, 3),
        epoch: fc.constantFrom(1, 1, 1, 2),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('end' as const),
        source: fc.integer({ min: 0, max: 2 }),
        next: fc.integer({ min: 1, max: 60 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ns: fc.constantFrom(1, 1000, 1_000_000, 30_000_000, 4_000_000_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'begin',
          'finish',
          'fail',
          'unreachable',
          'operator',
          'failback',
          'refreshed',
          'predict',
          'error',
          'drops',
        ),
        n: fc.integer({ min: 0, max: 80 }),
      }),
    },
  ),
  { maxLength: 80 },
);

describe('an arbiter that anything happens to', () => {
  it('never throws, never delivers out of order or twice within a numbering, and accounts for every number', () => {
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom('first' as const, 'sticky' as const),
        fc.boolean(),
        (script, policy, services) => {
          const rig = new FeedRig({
            lineCount: 3,
            policy,
            windowUnits: 32,
            compareWindowUnits: 32,
            holdBytes: 128 * 1024,
            maxForwardJump: 1000,
            holdOffCount: 20,
            failback: { afterCleanNs: 1_000_000_000 },
            startAt: services ? 'beginning' : 'first-seen',
            retransmit: services
              ? {
                  maxUnitsPerRequest: 10,
                  attempts: 2,
                  timeoutNs: 1_000_000,
                  backoff: 2,
                  budgetUnits: 200,
                  budgetWindowNs: 1e9,
                  maxOutstanding: 2,
                }
              : undefined,
            snapshot: services ? { attempts: 2, timeoutNs: 50_000_000 } : undefined,
          });
          const { arbiter } = rig;
          for (const step of script) {
            arbiter.time[0] = rig.now;
            if (step.do === 'bytes') rig.packet(step.source, step.bytes);
            else if (step.do === 'units')
              rig.packet(
                step.source,
                blockPacket(
                  step.first,
                  span(step.first, step.first + step.count - 1).map((id) => bodyOf(id, step.epoch)),
                  step.session,
                ),
              );
            else if (step.do === 'end') rig.packet(step.source, endPacket(step.next));
            else if (step.do === 'pass') rig.pass(step.ns);
            else if (step.do === 'begin') arbiter.snapshotBegin();
            else if (step.do === 'finish') {
              arbiter.snapshotNext[0] = step.n;
              arbiter.snapshotEnd();
            } else if (step.do === 'fail') arbiter.snapshotFailed();
            else if (step.do === 'unreachable') arbiter.retransmitFailed();
            else if (step.do === 'operator') arbiter.operatorSwitch(step.n % 4);
            else if (step.do === 'failback') arbiter.operatorFailback();
            else if (step.do === 'refreshed') arbiter.operatorRefreshed();
            else if (step.do === 'predict') arbiter.onPrediction(step.n % 4);
            else if (step.do === 'error') arbiter.onSocketError(step.n % 4);
            else if (step.do === 'drops') arbiter.onKernelDrops(step.n % 4, step.n);
            expect(rig.feed('heldUnits')).toBeLessThanOrEqual(32);
            expect(rig.feed('heldBytes')).toBeLessThanOrEqual(128 * 1024);
          }
          arbiter.end();
          checkAccount(rig);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('gives for arbitrary bytes only counts of malformed packets', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 13 }), { minLength: 1 }), (packets) => {
        const rig = new FeedRig();
        for (const bytes of packets) rig.packet(0, bytes);
        expect(rig.line(0, LineCell.malformedByReason + MalformedReason.shortHeader)).toBe(packets.length);
        expect(rig.events).toEqual([]);
      }),
    );
  });
});

/** Within each numbering: ascending, once, and every number from the first to the last delivered, lost or in a snapshot. */
function checkAccount(rig: FeedRig): void {
  const { cells } = rig.arbiter;
  expect(cells[FeedCell.openGaps]).toBe(0);
  expect(cells[FeedCell.heldUnits]).toBe(0);
  for (let line = 0; line < 3; line++) {
    const units = rig.line(line, LineCell.units);
    expect(units).toBe(rig.line(line, LineCell.first) + rig.line(line, LineCell.duplicates));
    expect(rig.line(line, LineCell.held)).toBe(0);
    expect(rig.line(line, LineCell.brought)).toBeLessThanOrEqual(units);
  }
  let expected = Number.NaN;
  for (const entry of rig.story) {
    if ('rxNs' in entry) {
      expect(entry.id).toBe(expected);
      expected++;
    } else if (entry.kind === FeedEventKind.started) {
      expected = rig.arbiter.config.startAt === 'beginning' ? 1 : entry.from;
    } else if (entry.kind === FeedEventKind.gapLost) {
      expect(entry.from).toBe(expected);
      expected = entry.to + 1;
    } else if (entry.kind === FeedEventKind.snapshotApplied) {
      expect(entry.from).toBeGreaterThanOrEqual(expected);
      expected = entry.from;
    }
  }
}
