import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultArbiterConfig } from './arbiter-config.ts';
import { FeedEventKind } from './events.ts';
import { LIVE_CELLS, type LiveSettings, liveSettingsOf, readLiveSettings, writeLiveSettings } from './live-settings.ts';
import { FeedRig, span } from './testing/feed-rig.ts';
import { lineTraffic } from './testing/line-traffic.ts';

const duration = fc.constantFrom(20_000, 300_000, 5e6, 80e6, 2e9, 5e9);

const settings: fc.Arbitrary<LiveSettings> = fc
  .record({
    failback: fc.oneof(
      fc.constantFrom('never' as const, 'manual' as const),
      duration.map((afterCleanNs) => ({ afterCleanNs })),
    ),
    minDwellNs: duration,
    maxDwellNs: duration,
    holdOffCount: fc.constantFrom(1, 5, 1000),
    holdOffNs: duration,
    gapDeadlineNs: duration,
    staleAfterNs: duration,
    lagUnits: fc.constantFrom(3, 40, 1000),
    lagNs: duration,
    holeCount: fc.constantFrom(0, 1, 3, 8),
    holeWindowNs: duration,
  })
  .map((one) => ({ ...one, maxDwellNs: Math.max(one.minDwellNs, one.maxDwellNs) }));

/** Staleness within the traffic's own jitter would take what is late for a restart of the numbers. */
const patient = fc.tuple(settings, fc.constantFrom(2e9, 5e9)).map(([one, staleAfterNs]) => ({ ...one, staleAfterNs }));

const traffic = fc.record({
  seed: fc.integer(),
  lines: fc.constant(3),
  first: fc.constant(1),
  units: fc.integer({ min: 50, max: 300 }),
  maxUnitsPerPacket: fc.integer({ min: 1, max: 5 }),
  spacingNs: fc.constantFrom(1000, 50_000, 2e6),
  loss: fc.constantFrom(0.02, 0.2),
  burst: fc.integer({ min: 0, max: 6 }),
  duplication: fc.constantFrom(0, 0.1),
  reordering: fc.constantFrom(0, 0.3),
  jitterNs: fc.constantFrom(3000, 200_000),
});
const policy = fc.constantFrom('first' as const, 'sticky' as const);

/** Long enough for every deadline above. */
const QUIET_NS = 1e9;
const QUIET_STEPS = 40;

function calmDown(rig: FeedRig): void {
  for (let step = 0; step < QUIET_STEPS; step++) rig.pass(QUIET_NS);
}

describe('settings that change while a feed runs', () => {
  it('travel through cells unchanged', () => {
    fc.assert(
      fc.property(settings, fc.nat(5), (wanted, first) => {
        const cells = new Float64Array(first + LIVE_CELLS);
        writeLiveSettings(wanted, cells, first);
        expect(readLiveSettings(cells, first)).toEqual(wanted);
      }),
    );
  });

  it('taken over before the first packet give the arbiter that was made with them', () => {
    fc.assert(
      fc.property(policy, settings, settings, traffic, (how, before, after, shape) => {
        const changed = new FeedRig({ ...before, policy: how, lineCount: 3 });
        changed.arbiter.adopt(after);
        const made = new FeedRig({ ...after, policy: how, lineCount: 3 });
        expect(changed.arbiter.config).toEqual(made.arbiter.config);
        for (const rig of [changed, made]) {
          for (const { atNs, line, first, last } of lineTraffic(shape)) {
            rig.now = atNs;
            rig.bring(line, first, last);
          }
          calmDown(rig);
        }
        expect(changed.story).toEqual(made.story);
        expect([...changed.arbiter.cells]).toEqual([...made.arbiter.cells]);
      }),
    );
  });

  it('taken over in the middle lose nothing, repeat nothing and leave no gap open', () => {
    fc.assert(
      fc.property(
        policy,
        patient,
        fc.array(patient, { minLength: 1, maxLength: 4 }),
        traffic,
        (how, before, all, shape) => {
          const rig = new FeedRig({ ...before, policy: how, lineCount: 3 });
          const arrivals = lineTraffic(shape);
          const every = Math.max(1, Math.ceil(arrivals.length / (all.length + 1)));
          arrivals.forEach(({ atNs, line, first, last }, i) => {
            rig.now = Math.max(rig.now, atNs);
            rig.bring(line, first, last);
            const next = all[Math.floor(i / every)];
            if (i % every === every - 1 && next !== undefined) {
              rig.arbiter.adopt(next);
              expect(liveSettingsOf(rig.arbiter.config)).toEqual(next);
            }
          });
          calmDown(rig);
          expect(rig.ids).toEqual([...new Set(rig.ids)].sort((a, b) => a - b));
          const lost = rig.lost.flatMap(([from, to]) => span(from, to));
          const accounted = [...rig.ids, ...lost].sort((a, b) => a - b);
          const first = rig.feed('firstId');
          expect(accounted).toEqual(span(first, first + accounted.length - 1));
          expect(rig.feed('openGaps')).toBe(0);
          expect(rig.feed('heldUnits')).toBe(0);
        },
      ),
    );
  });

  it('that make no sense are refused as a whole', () => {
    const rig = new FeedRig();
    const { config } = rig.arbiter;
    const before = { ...config };
    const wrong = { ...liveSettingsOf(config), holdOffNs: 1, maxDwellNs: 1 };
    expect(() => rig.arbiter.adopt(wrong)).toThrow('maxDwellNs is below minDwellNs');
    expect(config).toEqual(before);
  });

  it('shorten a gap that is open', () => {
    const rig = new FeedRig({ holdOffNs: 5e9, gapDeadlineNs: 10e9 });
    rig.bring(0, 1).bring(0, 3).pass(1e9);
    expect(rig.lost).toEqual([]);
    rig.arbiter.adopt({ ...liveSettingsOf(defaultArbiterConfig), holdOffNs: 5e6, gapDeadlineNs: 0.5e9 });
    expect(rig.lost).toEqual([[2, 2]]);
  });

  it('that make staleness stricter are judged by a period later, not by one that was cut short', () => {
    const rig = new FeedRig({ staleAfterNs: 60e9, lagNs: 10e9 });
    rig.bring(0, 1).bring(1, 1).pass(5e9);
    rig.arbiter.adopt({ ...liveSettingsOf(defaultArbiterConfig), staleAfterNs: 1e9, lagNs: 20e6 });
    expect(rig.of(FeedEventKind.lineHealth).length).toBe(2); // both became live, nothing else yet
    rig.pass(20e6);
    expect(rig.of(FeedEventKind.lineHealth).length).toBe(4);
  });
});
