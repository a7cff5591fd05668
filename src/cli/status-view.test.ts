import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatusModel } from '../status/status-model.ts';
import { renderStatusSvg } from './status-svg.ts';
import { renderLine, renderStatus, renderSummary } from './status-view.ts';
import { feed, lineB, model } from './testing/status-fixture.ts';

const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));
const TALL = 100;

const FRAME_80 = `\
warmline 0.1.0 · nasdaq-sim                     fused · spin · native · up 01:01
  fused: 2 cores (dedicated needs 4); strategies share the hot thread

itch  LIVE for 12s                      sticky, A leads · 20.0k/s · at 1,234,567
  delivered 1,232,403 · gaps 12 (none open)
  filled 45 other line, 12 retransmit, 0 snapshot · lost 0 · switches 1
  line  health      rate   won   by p50      p99    dup  late  lost  bad  drops
  A *   live     20.0k/s   51%  12.3 µs  80.9 µs   599k     0     0    0      0
  B     live     20.0k/s   49%  9.87 µs  80.9 µs   633k     0    12    0      0

  book   size     bid     ask   size
  ABCD    300  150.10  150.12  1.20k
  EFGH    100    9.99   10.00  22.5k
  IJKL      0       -   71.35    400

  latency              p50      p90      p99    p99.9      max
  wire → strategy  4.12 µs  5.03 µs  8.19 µs  21.4 µs   912 µs

  strategy        state       rate  messages  lapped  restarts
  spread-watcher  running  20.0k/s     1.23M       0         0

  thread  core  busy  longest turn  stalls  GC
  hot        1   18%        911 µs       0   0
  main       -    2%       3.10 ms       0   4

  14:30:01.042  gap     1,001 to 1,013 missing before 1,014 on A
  14:30:01.043  filled  1,001 to 1,013 by B · done in 640 ns
  14:30:41.203  switch  A → B: silence · detected in 3.00 s · done in 1.24 µs

  a cut line A   b cut line B   q quit`;

const FRAME_80_BY_24 = `\
warmline 0.1.0 · nasdaq-sim                     fused · spin · native · up 01:01
  fused: 2 cores (dedicated needs 4); strategies share the hot thread

itch  LIVE for 12s                      sticky, A leads · 20.0k/s · at 1,234,567
  delivered 1,232,403 · gaps 12 (none open)
  filled 45 other line, 12 retransmit, 0 snapshot · lost 0 · switches 1
  line  health      rate   won   by p50      p99    dup  late  lost  bad  drops
  A *   live     20.0k/s   51%  12.3 µs  80.9 µs   599k     0     0    0      0
  B     live     20.0k/s   49%  9.87 µs  80.9 µs   633k     0    12    0      0

  book   size     bid     ask   size
  ABCD    300  150.10  150.12  1.20k
  EFGH    100    9.99   10.00  22.5k
  IJKL      0       -   71.35    400

  latency              p50      p90      p99    p99.9      max
  wire → strategy  4.12 µs  5.03 µs  8.19 µs  21.4 µs   912 µs

  14:30:01.042  gap     1,001 to 1,013 missing before 1,014 on A
  14:30:01.043  filled  1,001 to 1,013 by B · done in 640 ns
  14:30:41.203  switch  A → B: silence · detected in 3.00 s · done in 1.24 µs

  a cut line A   b cut line B   q quit`;

const FRAME_120 = `\
warmline 0.1.0 · nasdaq-sim                                                             fused · spin · native · up 01:01
  fused: 2 cores (dedicated needs 4); strategies share the hot thread

itch  LIVE for 12s                                                              sticky, A leads · 20.0k/s · at 1,234,567
  delivered 1,232,403 · gaps 12 (none open) · filled 45 other line, 12 retransmit, 0 snapshot · lost 0 · switches 1
  line  health      rate   won   by p50      p99    dup  late  lost  bad  drops    heard
  A *   live     20.0k/s   51%  12.3 µs  80.9 µs   599k     0     0    0      0  48.0 µs
  B     live     20.0k/s   49%  9.87 µs  80.9 µs   633k     0    12    0      0  48.0 µs

  book   size     bid     ask   size    latency              p50      p90      p99    p99.9      max
  ABCD    300  150.10  150.12  1.20k    wire → strategy  4.12 µs  5.03 µs  8.19 µs  21.4 µs   912 µs
  EFGH    100    9.99   10.00  22.5k
  IJKL      0       -   71.35    400

  strategy        state       rate  messages  lapped  restarts    thread  core  busy  longest turn  stalls  GC
  spread-watcher  running  20.0k/s     1.23M       0         0    hot        1   18%        911 µs       0   0
                                                                  main       -    2%       3.10 ms       0   4

  14:30:01.042  gap     1,001 to 1,013 missing before 1,014 on A
  14:30:01.043  filled  1,001 to 1,013 by B · done in 640 ns
  14:30:41.203  switch  A → B: silence · detected in 3.00 s · done in 1.24 µs

  a cut line A   b cut line B   q quit`;

/** The same run at a bad moment. */
const troubled: StatusModel = {
  ...model,
  io: 'portable',
  notes: ['portable: no compiler when it was installed; no pinning'],
  feeds: [
    {
      ...feed,
      status: 'recovering',
      reason: 'a gap is open',
      sinceNs: 0.4e9,
      openGaps: 1,
      openGapUnits: 13,
      lost: 7,
      disagreements: 1,
      refused: 3,
      lines: [
        { ...feed.lines[0], malformed: 2, kernelDrops: 41, late: 1 },
        { ...lineB, health: 'silent', redundancyLost: true, perSecond: 0, wonShare: 0, heardAgoNs: Number.NaN },
      ],
      books: [],
    },
  ],
  latencies: [],
  strategies: [],
  threads: [],
  events: [],
  keys: [],
};

const TROUBLED_80 = `\
warmline 0.1.0 · nasdaq-sim                   fused · spin · portable · up 01:01
  portable: no compiler when it was installed; no pinning

itch  RECOVERING: a gap is open for 0s  sticky, A leads · 20.0k/s · at 1,234,567
  delivered 1,232,403 · gaps 12 (1 open, 13 units)
  filled 45 other line, 12 retransmit, 0 snapshot · lost 7 · switches 1
  disagreements 1 · refused packets 3
  REDUNDANCY LOST: B expected live, not heard
  line  health      rate   won   by p50      p99    dup  late  lost  bad  drops
  A *   live     20.0k/s   51%  12.3 µs  80.9 µs   599k     1     0    2     41
  B     silent       0/s    0%  9.87 µs  80.9 µs   633k     0    12    0      0`;

describe('the status view', () => {
  it('at 80 columns shows everything, one table below another', () => {
    expect(renderStatus(model, 80, TALL, false)).toBe(FRAME_80);
  });

  it('on a terminal of 80 by 24 keeps feeds, books, latency and events', () => {
    const text = renderStatus(model, 80, 24, false);
    expect(text).toBe(FRAME_80_BY_24);
  });

  it('at 120 columns puts tables beside each other', () => {
    expect(renderStatus(model, 120, TALL, false)).toBe(FRAME_120);
  });

  it('shows trouble: an open gap, lost redundancy, losses, and why it runs as it does', () => {
    expect(renderStatus(troubled, 80, TALL, false)).toBe(TROUBLED_80);
  });

  it('says of a thread that spins that it does: its work can not be told from its waiting', () => {
    const [hot, main] = model.threads;
    const threads = [{ ...hot, busy: Number.NaN, spins: true }, main];
    expect(renderStatus({ ...model, threads }, 80, TALL, false)).toMatch(/hot +1 +spins /);
  });

  it('says nothing of switches under policy first, and names each feed of several in its events', () => {
    const two = {
      ...model,
      feeds: [
        { ...feed, policy: 'first' as const, activeLine: undefined },
        { ...feed, name: 'tape' },
      ],
    };
    const text = renderStatus(two, 120, TALL, false);
    expect(text).toContain('first copy wins · 20.0k/s');
    expect(text).toContain('14:30:41.203  itch  switch  A → B');
    expect(text.split('switches').length).toBe(2);
  });

  it('gives room to tables before it shows many events, the latest ones', () => {
    const events = Array.from({ length: 200 }, (_, i) => ({ ...model.events[2], text: `event ${i}` }));
    const text = renderStatus({ ...model, events }, 120, 30, false);
    expect(text).toContain('thread  core');
    expect(text).toContain('event 199');
    expect(text).not.toContain('event 180');
    expect(text.split('\n')).toHaveLength(30);
  });

  it('shows a switch rather than the gaps that came after it, where there is no room for all', () => {
    const [gap, filled, change] = model.events;
    const later = Array.from({ length: 20 }, () => [gap, filled]).flat();
    const text = renderStatus({ ...model, events: [change, ...later] }, 80, 24, false);
    expect(text).toContain('switch  A → B: silence');
    expect(text.split('\n')).toHaveLength(24);
    expect(text.split('filled  1,001').length).toBeLessThan(20);
  });

  it('with colour is the same text, coloured', () => {
    const text = renderStatus(model, 120, 40, true);
    expect(text).toContain('\u001b[');
    const plain = stripVTControlCharacters(text).replaceAll(/ +$/gm, '');
    expect(plain).toBe(renderStatus(model, 120, 40, false));
  });

  it('is never wider or higher than it may be, and never throws', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 3, max: 60 }),
        fc.boolean(),
        (width, height, bad) => {
          const text = renderStatus(bad ? troubled : model, width, height, false);
          expect(widest(text)).toBeLessThanOrEqual(width);
          expect(text.split('\n').length).toBeLessThanOrEqual(height);
        },
      ),
    );
  });

  it('shows control characters of a symbol as question marks instead of obeying them', () => {
    const nasty = { ...feed, books: [{ ...feed.books[0], symbol: '\u001b[2J' }] };
    expect(renderStatus({ ...model, feeds: [nasty] }, 80, TALL, false)).toContain('?[2J');
  });
});

describe('the status line of a pipe', () => {
  it('is one line with what matters', () => {
    expect(renderLine(model)).toBe(
      '01:01 | itch live on A 20.0k/s at 1234567 | A live 20.0k/s won 51% | B live 20.0k/s won 49% | ' +
        'gaps 12 (0 open) filled 57 lost 0 | switches 1 | wire → strategy p50 4.12 µs p99 8.19 µs max 912 µs',
    );
    expect(renderLine(troubled)).toContain('itch recovering (a gap is open) on A');
    expect(renderLine(troubled)).toContain('REDUNDANCY LOST');
  });
});

describe('the summary at the end', () => {
  it('accounts for every unit and line', () => {
    expect(renderSummary(model)).toBe(`\
warmline 0.1.0: nasdaq-sim ran 01:01 (fused, spin, native)
  itch: 1,232,403 units delivered, the last 1,234,567; live
    gaps 12: filled 45 by another line, 12 by retransmit, 0 by snapshot; lost 0; open 0
    switches 1, A leads
    line A: live, won 51% by 12.3 µs (p50), 80.9 µs (p99)
      duplicates 599,102, late 0, lost 0, malformed 0, kernel drops 0
    line B: live, won 49% by 9.87 µs (p50), 80.9 µs (p99)
      duplicates 633,301, late 0, lost 12, malformed 0, kernel drops 0
  strategy spread-watcher: running, 1,232,403 messages, lapped 0, restarts 0
  wire → strategy: p50 4.12 µs, p90 5.03 µs, p99 8.19 µs, p99.9 21.4 µs, max 912 µs over 1,232,403
`);
  });
});

describe('the picture of the view', () => {
  it('holds every word of the frame, escaped', () => {
    const symbol = { ...feed.books[0], symbol: 'A<&>B' };
    const svg = renderStatusSvg({ ...model, feeds: [{ ...feed, books: [symbol] }] }, 100);
    expect(svg).toContain('A&lt;&amp;&gt;B');
    expect(svg).toContain('>LIVE</text>');
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});
