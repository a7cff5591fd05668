import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EventNumber,
  FeedEvent,
  FeedEventKind,
  FeedStatus,
  LineHealth,
  StatusReason,
  SwitchEvidence,
} from '../feed/events.ts';
import { FeedCell, feedCellCount, LineCell, lineCell } from '../feed/feed-counters.ts';
import { eventView } from './event-view.ts';
import { FeedReader, wonByPercentile } from './feed-reader.ts';

describe('a feed read from its counters', () => {
  it('has rates over the last second, shares of what was won, and why it has its status', () => {
    const cells = new Float64Array(feedCellCount(2));
    const reader = new FeedReader({ name: 'itch', policy: 'sticky', lines: ['A', 'B'], cells });
    cells[FeedCell.status] = FeedStatus.live;
    reader.read(1e9);
    for (let tenth = 1; tenth <= 20; tenth++) {
      cells[FeedCell.delivered] += 100;
      cells[lineCell(0, LineCell.units)] += 100;
      cells[lineCell(1, LineCell.units)] += 50;
      reader.read(1e9 + tenth * 1e8);
    }
    cells[FeedCell.status] = FeedStatus.recovering;
    cells[FeedCell.statusReason] = StatusReason.gapOpen;
    cells[FeedCell.activeLine] = 1;
    cells[lineCell(0, LineCell.wins)] = 3;
    cells[lineCell(1, LineCell.wins)] = 1;
    cells[lineCell(1, LineCell.health)] = LineHealth.lagging;
    cells[lineCell(1, LineCell.lastHeardNs)] = 2.9e9;
    const view = reader.read(3e9);
    expect(view).toMatchObject({ status: 'recovering', reason: 'a gap is open', sinceNs: 0, activeLine: 'B' });
    expect(view.deliveredPerSecond).toBeCloseTo(1000, 6);
    expect(view.lines[1].perSecond).toBeCloseTo(500, 6);
    expect(view.lines.map((line) => line.wonShare)).toEqual([0.75, 0.25]);
    expect(view.lines[0].heardAgoNs).toBeNaN();
    expect(view.lines[1]).toMatchObject({ name: 'B', health: 'lagging', heardAgoNs: 1e8 });
    expect(reader.read(4e9).sinceNs).toBe(1e9);
  });

  it('has no share and no margin before anything was won', () => {
    const cells = new Float64Array(feedCellCount(1));
    const [line] = new FeedReader({ name: 'f', policy: 'first', lines: ['A'], cells }).read(0).lines;
    expect(line.wonShare).toBeNaN();
    expect(line.wonByP50Ns).toBeNaN();
  });

  it('gives a percentile of the margins within the bucket that holds it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 30 }), { minLength: 1, maxLength: 50 }), (margins) => {
        const cells = new Float64Array(feedCellCount(1));
        for (const ns of margins) cells[lineCell(0, LineCell.wonByBuckets) + (ns === 0 ? 0 : 32 - Math.clz32(ns))]++;
        const sorted = margins.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.99]) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1];
          const got = wonByPercentile(cells, 0, share);
          if (exact === 0) expect(got).toBe(0);
          else {
            expect(got).toBeGreaterThanOrEqual(exact / 2);
            expect(got).toBeLessThanOrEqual(exact * 2);
          }
        }
      }),
    );
  });
});

describe('an event in the view', () => {
  it('of a switch carries its evidence, its detection window and its duration', () => {
    const event = new FeedEvent();
    event.kind = FeedEventKind.switched;
    event.otherLine = 0;
    event.line = 1;
    event.detail = SwitchEvidence.silence;
    event.numbers[EventNumber.windowNs] = 3e9;
    expect(eventView(event, 'itch', ['A', 'B'], 5, 1200)).toEqual({
      utcMs: 5,
      feed: 'itch',
      what: 'switch',
      text: 'A → B: silence',
      tone: 'warning',
      windowNs: 3e9,
      tookNs: 1200,
    });
  });

  it('of a filled gap says how long it was open', () => {
    const event = new FeedEvent();
    event.kind = FeedEventKind.gapFilled;
    event.line = 1;
    event.numbers.set([1001, 1013, 0, 640]);
    expect(eventView(event, 'itch', ['A', 'B'], 5)).toMatchObject({ text: '1,001 to 1,013 (13) from B', tookNs: 640 });
  });

  it('of any kind, with any numbers, has words and never throws', () => {
    const kinds = Object.values(FeedEventKind);
    const small = fc.integer({ min: -1, max: 12 });
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        small,
        small,
        small,
        small,
        fc.double(),
        (kind, line, other, detail, reason, n) => {
          const event = new FeedEvent();
          Object.assign(event, { kind, line, otherLine: other, detail, reason });
          event.numbers.fill(n);
          const view = eventView(event, 'f', ['A', 'B'], 0);
          expect(view.what).not.toBe('');
          expect(`${view.what} ${view.text}`).not.toContain('undefined');
        },
      ),
    );
  });
});
