import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeedEventKind } from './events.ts';
import { LineCell, lineLost } from './feed-counters.ts';
import { bodyOf, FeedRig, span, truePacket } from './testing/feed-rig.ts';
import { firstCopyOracle } from './testing/first-copy-oracle.ts';
import { type Arrival, lineTraffic, type TrafficShape } from './testing/line-traffic.ts';
import { Seeded } from './testing/seeded.ts';

const shapes = fc.record({
  seed: fc.integer(),
  lines: fc.integer({ min: 1, max: 4 }),
  first: fc.constantFrom(1, 7, 2 ** 31 - 60, 2 ** 32 - 60, 2 ** 52, Number.MAX_SAFE_INTEGER - 400),
  units: fc.integer({ min: 1, max: 300 }),
  maxUnitsPerPacket: fc.integer({ min: 1, max: 9 }),
  spacingNs: fc.constantFrom(1000, 50_000),
  loss: fc.constantFrom(0, 0.02, 0.2, 0.5),
  burst: fc.integer({ min: 0, max: 6 }),
  duplication: fc.constantFrom(0, 0.1, 0.5),
  reordering: fc.constantFrom(0, 0.1, 0.6),
  jitterNs: fc.constantFrom(0, 3000, 200_000),
}) satisfies fc.Arbitrary<TrafficShape>;

function play(rig: FeedRig, arrivals: readonly Arrival[]): void {
  for (const arrival of arrivals) {
    rig.now = arrival.atNs;
    rig.bring(arrival.line, arrival.first, arrival.last);
  }
}

const each = (ranges: readonly [number, number][]) => ranges.flatMap(([from, to]) => span(from, to));

/** What has to hold of any stream, whatever happened to it. */
function checkStream(rig: FeedRig, lines: number): void {
  const lost = each(rig.lost);
  const first = rig.feed('firstId');
  // In order, once, nothing stepped over in silence: delivered and lost numbers together are one unbroken run.
  expect(rig.ids).toEqual([...rig.ids].sort((a, b) => a - b));
  const all = [...rig.ids, ...lost].sort((a, b) => a - b);
  expect(all).toEqual(span(first, first + all.length - 1));
  for (const unit of rig.units) expect(unit.body).toBe(Buffer.from(bodyOf(unit.id, 1)).toString('hex'));
  expect(rig.feed('delivered')).toBe(rig.units.length);
  expect(rig.feed('lostUnits')).toBe(lost.length);
  expect(rig.feed('openGaps')).toBe(0);
  expect(rig.feed('heldUnits')).toBe(0);
  expect(rig.feed('disagreements')).toBe(0);
  let fromLines = 0;
  for (let line = 0; line < lines; line++) {
    const units = rig.line(line, LineCell.units);
    expect(units).toBe(rig.line(line, LineCell.first) + rig.line(line, LineCell.duplicates));
    expect(rig.line(line, LineCell.held)).toBe(0);
    fromLines += rig.line(line, LineCell.first);
  }
  expect(fromLines + rig.units.filter((unit) => unit.source < 0).length).toBe(rig.units.length);
}

describe('an arbiter against a naive oracle', () => {
  it('delivers under policy first exactly what the oracle says, from the same lines with the same stamps', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom(2, 10, 1000),
        fc.constantFrom(5000, 100_000, 10_000_000),
        (shape, holdOffCount, holdOffNs) => {
          const arrivals = lineTraffic(shape);
          const rig = new FeedRig({ lineCount: shape.lines, holdOffCount, holdOffNs });
          play(rig, arrivals);
          rig.arbiter.end();
          const oracle = firstCopyOracle(arrivals, shape.lines, holdOffNs, holdOffCount);
          expect(rig.units.map(({ id, source, rxNs }) => ({ id, line: source, rxNs }))).toEqual(oracle.delivered);
          expect(each(rig.lost)).toEqual(oracle.lost);
          expect(rig.feed('filledByOtherLine')).toBe(oracle.filled.length);
          for (let line = 0; line < shape.lines; line++) {
            expect(rig.line(line, LineCell.first)).toBe(oracle.first[line]);
            expect(rig.line(line, LineCell.duplicates)).toBe(oracle.duplicates[line]);
            const brought = new Set(arrivals.filter((a) => a.line === line).flatMap((a) => span(a.first, a.last)));
            const last = rig.units.length > 0 ? rig.units[rig.units.length - 1].id : 0;
            const never = arrivals.length === 0 ? [] : span(rig.feed('firstId'), last).filter((id) => !brought.has(id));
            expect(lineLost(rig.arbiter.cells, line)).toBe(never.length);
          }
          if (arrivals.length > 0) checkStream(rig, shape.lines);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('loses nothing that any line had, whatever the policy, as long as the hold-off lasts', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 3 }), (shape, active) => {
        const arrivals = lineTraffic(shape);
        if (arrivals.length === 0) return;
        const patient = { lineCount: shape.lines, holdOffCount: 1e9, holdOffNs: 1e12, gapDeadlineNs: 1e13 };
        const first = new FeedRig(patient);
        const sticky = new FeedRig({ ...patient, policy: 'sticky', activeLine: active % shape.lines, lagNs: 20_000 });
        const had = new Set(arrivals.flatMap((a) => span(a.first, a.last)));
        for (const rig of [first, sticky]) {
          play(rig, arrivals);
          rig.arbiter.end();
          checkStream(rig, shape.lines);
          expect(rig.ids).toEqual([...had].filter((id) => id >= rig.feed('firstId')).sort((a, b) => a - b));
        }
        expect(sticky.ids).toEqual(first.ids);
        expect(sticky.lost).toEqual(first.lost);
      }),
      { numRuns: 400 },
    );
  });

  it('loses nothing that the retransmit server has, if the server answers at all', () => {
    const server = fc.record({ loss: fc.constantFrom(0, 0.3), answers: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(
        shapes,
        server,
        fc.constantFrom('first' as const, 'sticky' as const),
        (shape, { loss, answers }, policy) => {
          const arrivals = lineTraffic(shape);
          if (arrivals.length === 0) return;
          const random = new Seeded(shape.seed);
          const pending: { atNs: number; first: number; last: number }[] = [];
          const rig = new FeedRig({
            lineCount: shape.lines,
            policy,
            holdOffNs: 20_000,
            holdOffCount: 50,
            gapDeadlineNs: 1e12,
            lagNs: 20_000,
            retransmit: {
              maxUnitsPerRequest: 30,
              attempts: 40,
              timeoutNs: 100_000,
              backoff: 1,
              budgetUnits: 100,
              budgetWindowNs: 1_000_000,
              maxOutstanding: 3,
            },
          });
          const onEvent = rig.onEvent.bind(rig);
          rig.onEvent = (event) => {
            onEvent(event);
            if (event.kind !== FeedEventKind.retransmitWanted || random.chance(loss)) return;
            const [from, to] = event.numbers;
            expect(to - from).toBeLessThan(30);
            pending.push({ atNs: rig.now + 30_000, first: from, last: Math.min(to, from + answers - 1) });
          };
          const serve = (until: number) => {
            while (pending.length > 0 && pending[0].atNs <= until) {
              const answer = pending.shift()!;
              rig.now = Math.max(rig.now, answer.atNs);
              rig.packet(-1, truePacket(answer.first, answer.last));
            }
          };
          for (const arrival of arrivals) {
            serve(arrival.atNs);
            rig.now = Math.max(rig.now, arrival.atNs);
            rig.bring(arrival.line, arrival.first, arrival.last);
          }
          for (
            let turn = 0;
            turn < 20_000 && (rig.arbiter.openGaps > 0 || rig.feed('heldUnits') > 0 || turn < 10);
            turn++
          ) {
            rig.pass(10_000);
            serve(rig.now);
          }
          rig.arbiter.end();
          checkStream(rig, shape.lines);
          expect(rig.lost).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the same events for the same input', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom('first' as const, 'sticky' as const), (shape, policy) => {
        const arrivals = lineTraffic(shape);
        const runs = [0, 1].map(() => {
          const rig = new FeedRig({ lineCount: shape.lines, policy, holdOffNs: 20_000, lagNs: 5000 });
          play(rig, arrivals);
          rig.arbiter.end();
          return JSON.stringify([rig.units, rig.events, [...rig.arbiter.cells]]);
        });
        expect(runs[0]).toBe(runs[1]);
      }),
      { numRuns: 60 },
    );
  });
});
