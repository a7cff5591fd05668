import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { FeedEventKind, FeedStatus, SwitchEvidence } from '../feed/events.ts';
import { FeedCell, LineCell, lineCell } from '../feed/feed-counters.ts';
import { loadNative } from '../io/native.ts';
import type { AgentReport } from './report-record.ts';
import { Router } from './router.ts';
import { freeUdpPort, MoldVenue } from './testing/mold-venue.ts';

const PROBE = fileURLToPath(new URL('./testing/probe-strategy.ts', import.meta.url));

interface Heard {
  readonly kind: number;
  readonly line: number;
  readonly detail: number;
}

/** A router on its own ports, with a venue by hand, and all that it reported. */
class Bench {
  readonly heard: Heard[] = [];
  readonly reports: AgentReport[] = [];
  readonly warnings: string[] = [];
  readonly failures: string[] = [];
  readonly venue = new MoldVenue();
  ports: number[] = [];
  router!: Router;

  async start(extra: string, lines = 2, strategy = `strategy: ${PROBE}`): Promise<void> {
    this.ports = [];
    for (let i = 0; i < lines; i++) this.ports.push(await freeUdpPort());
    const names = this.ports.map((port, i) => `{ name: ${'ABC'[i]}, address: 127.0.0.1, port: ${port} }`);
    const text = `venue: test\nprotocol: nasdaq\nfeeds:\n  - name: itch\n    lines: [${names.join(', ')}]\n${extra}\n${strategy}\n`;
    this.router = await Router.start(parseConfig(text, 'test.yaml'), {
      feedEvent: (_feed, event) => this.heard.push({ kind: event.kind, line: event.line, detail: event.detail }),
      strategy: (report) => this.reports.push(report),
      warning: (warning) => this.warnings.push(warning),
      failed: (why) => this.failures.push(why),
    });
  }

  get cells(): Float64Array {
    return this.router.setup.feeds[0].options.cells;
  }

  /** Polls until a condition holds; the suite's own time limit is what ends a wait in vain. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.router.poll();
    }
  }

  logs(strategy = 'strategy'): string[] {
    return this.reports.flatMap((report) =>
      report.kind === 'log' && report.strategy === strategy ? [report.message] : [],
    );
  }

  async stop(): Promise<void> {
    await this.router?.stop();
    this.venue.close();
  }
}

let bench: Bench;
afterEach(() => bench.stop());

const modes = loadNative() === undefined ? (['portable'] as const) : (['native', 'portable'] as const);

describe.each(modes)('a router on %s sockets', (mode) => {
  test.each(['fused', 'dedicated'])('delivers two lines as one stream to a strategy (%s)', async (layout) => {
    bench = new Bench();
    await bench.start(`io: { mode: ${mode} }\nthreads: { layout: ${layout}, idle: park }`);
    const [a, b] = bench.ports;
    for (let id = 1; id <= 30; id += 3) {
      await bench.venue.send(a, id, 3);
      await bench.venue.send(b, id, 3);
    }
    await bench.until(() => bench.logs().includes(`seen 30 ${(30 * 31) / 2}`));
    expect(bench.cells[FeedCell.delivered]).toBe(30);
    await bench.until(
      () => bench.cells[lineCell(1, LineCell.packets)] + bench.cells[lineCell(0, LineCell.packets)] === 20,
    );
    const copies = (line: number) =>
      bench.cells[lineCell(line, LineCell.first)] + bench.cells[lineCell(line, LineCell.duplicates)];
    expect([copies(0), copies(1)]).toEqual([30, 30]);
    expect(bench.logs()).toContain(`status itch ${FeedStatus.live} 0`);
    const books = bench.router.setup.feeds[0].options.books;
    expect(books).toBeDefined();
    await bench.router.stop();
    expect(bench.logs().at(-1)).toBe('stop');
  });

  test('fills a hole of the active line from the standby, and switches when it falls silent', async () => {
    bench = new Bench();
    const feed =
      '    policy: sticky\n    heartbeat: 20ms\n    staleAfter: 60ms\n    holdOff: { count: 1000, time: 2s }\n    gapDeadline: 3s';
    await bench.start(`${feed}\nio: { mode: ${mode} }\nthreads: { layout: fused, idle: park }`);
    const [a, b] = bench.ports;
    await bench.venue.send(a, 1, 5);
    await bench.venue.send(b, 1, 5);
    await bench.venue.send(b, 6, 5);
    await bench.venue.send(a, 11, 5);
    await bench.until(() => bench.cells[FeedCell.delivered] === 15);
    expect(bench.cells[FeedCell.filledByOtherLine]).toBe(5);
    for (let id = 16; !bench.heard.some((event) => event.kind === FeedEventKind.switched); id++) {
      await bench.venue.send(b, id, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      bench.router.poll();
    }
    const switched = bench.heard.find((event) => event.kind === FeedEventKind.switched);
    expect(switched?.line).toBe(1);
    expect([SwitchEvidence.silence, SwitchEvidence.lag]).toContain(switched?.detail);
  });
});

test('a strategy that awaits is moved to a thread with an event loop, and that is said', async () => {
  bench = new Bench();
  const asleep = fileURLToPath(new URL('./testing/awaiting-strategy.ts', import.meta.url));
  await bench.start('threads: { layout: fused, idle: park }', 2, `strategy: ${asleep}`);
  // portable sockets run on an event loop anyway: there is nowhere to move it, and nothing to say
  if (loadNative() !== undefined) expect(bench.warnings.join()).toContain('onTimer is async');
  await bench.venue.send(bench.ports[0], 1, 4);
  await bench.until(() => bench.logs().includes('awaited after 4'));
});

test('fused: a strategy that throws is shown nothing more, the feed goes on', async () => {
  bench = new Bench();
  await bench.start(
    'threads: { layout: fused, idle: park }',
    2,
    `strategies: [{ name: bad, module: ${PROBE}, options: { throwAt: 3 } }, { name: good, module: ${PROBE} }]`,
  );
  await bench.venue.send(bench.ports[0], 1, 10);
  await bench.until(() => bench.logs('good').some((line) => line.startsWith('seen 10 ')));
  const failure = bench.reports.find((report) => report.kind === 'failed');
  expect(failure).toMatchObject({ strategy: 'bad', message: 'thrown at 3' });
  expect(bench.cells[FeedCell.sinkErrors]).toBe(0);
});

test('a line whose port is taken stops the start with the address in the message', async () => {
  bench = new Bench();
  await bench.start('threads: { layout: fused, idle: park }');
  const again = new Bench();
  const taken = `venue: t\nprotocol: nasdaq\nfeeds: [{ name: x, lines: [{ name: A, address: 127.0.0.1, port: ${bench.ports[0]} }] }]`;
  await expect(Router.start(parseConfig(taken, 't.yaml'))).rejects.toThrow(String(bench.ports[0]));
  again.venue.close();
});

describe('dedicated: what a strategy does to its thread takes down nothing else', () => {
  const misdeeds = [
    ['throws', '{ throwAt: 3 }', 'thrown at 3'],
    ['exits', '{ exitAt: 3 }', 'called process.exit (code 3)'],
    ['loops for ever', '{ loopAt: 3 }', 'its duty cycle stood still'],
    ['exhausts its heap', '{ hogAt: 3 }', 'used up its heap'],
  ] as const;
  test.each(misdeeds)(
    'one that %s is ended and started again; another one misses nothing',
    async (_what, options, why) => {
      bench = new Bench();
      const bad = `{ name: bad, module: ${PROBE}, options: ${options}, heap: 32MiB, stallDeadline: 500ms }`;
      const good = `{ name: good, module: ${PROBE} }`;
      await bench.start('threads: { layout: dedicated, idle: park }', 2, `strategies: [${bad}, ${good}]`);
      await bench.venue.send(bench.ports[0], 1, 10);
      await bench.until(() => bench.router.restartsOf('strategy-bad') === 1);
      expect(bench.warnings.join('\n')).toContain(why);
      // the restarted one sees what comes now, with the books as they stand
      await bench.until(() => bench.logs('bad').filter((line) => line === 'start dedicated').length === 2);
      await bench.venue.send(bench.ports[1], 11, 10);
      await bench.until(() => bench.logs('good').includes(`seen 20 ${(20 * 21) / 2}`));
      await bench.until(() => bench.logs('bad').includes(`seen 10 ${155}`));
      expect(bench.failures).toEqual([]);
      expect(bench.cells[FeedCell.delivered]).toBe(20);
    },
  );
});

test('fused: a strategy that loops is reported by the watchdog while it lasts', async () => {
  bench = new Bench();
  const bad = `{ name: bad, module: ${PROBE}, options: { loopAt: 3 }, stallDeadline: 200ms }`;
  await bench.start('threads: { layout: fused, idle: park }', 2, `strategies: [${bad}]`);
  await bench.venue.send(bench.ports[0], 1, 5);
  await bench.until(() => bench.warnings.some((warning) => warning.includes('has stood still for')));
});

test.skipIf(loadNative() === undefined)('locked memory is locked: the kernel counts it', async () => {
  bench = new Bench();
  const lockedKib = () => Number(/^VmLck:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  const before = lockedKib();
  await bench.start('threads: { layout: fused, idle: park, lockMemory: true }');
  if (bench.warnings.length === 0) expect(lockedKib()).toBeGreaterThan(before + 1024);
  else expect(bench.warnings.join()).toContain('memory could not be locked');
});
