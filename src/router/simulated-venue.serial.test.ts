import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { FeedCell, LineCell, lineCell } from '../feed/feed-counters.ts';
import { createSimulator, type Simulator } from '../sim/simulator.ts';
import { RecoveryCell } from './recovery.ts';
import { Router } from './router.ts';
import { freeUdpPort } from './testing/mold-venue.ts';

const DIGEST = fileURLToPath(new URL('./testing/digest-strategy.ts', import.meta.url));

/** A simulated venue and a router on it, both for real, on 127.0.0.1. */
class Venue {
  readonly folder = mkdtempSync(join(tmpdir(), 'warmline-venue-'));
  readonly digestFile = join(this.folder, 'digest.json');
  simulator!: Simulator;
  router!: Router;

  async start(
    options: {
      feed?: string;
      snapshot?: string;
      sim?: string;
      faults?: string[];
      recovery?: string[];
      startFirst?: 'sim' | 'router';
    } = {},
  ): Promise<void> {
    const [a, b, r, g] = [await freeUdpPort(), await freeUdpPort(), await freeUdpPort(), await freeUdpPort()];
    const password = join(this.folder, 'password');
    writeFileSync(password, 'secret\n');
    const recovery = options.recovery ?? ['retransmit', 'snapshot'];
    const services = [
      // patient, so that a machine busy with something else does not look like a venue that refuses
      `    retransmit: { servers: [{ address: 127.0.0.1, port: ${r} }], attempts: 50 }`,
      `    snapshot: { address: 127.0.0.1, port: ${g}, username: warm, passwordFile: ${password}${options.snapshot ?? ''} }`,
    ].filter((text) => recovery.some((name) => text.includes(name)));
    const text = [
      'venue: sim',
      'protocol: nasdaq',
      'feeds:',
      '  - name: itch',
      `    lines: [{ name: A, address: 127.0.0.1, port: ${a} }, { name: B, address: 127.0.0.1, port: ${b} }]`,
      ...services,
      options.feed ?? '',
      `strategies: [{ name: digest, module: ${DIGEST}, options: { file: ${this.digestFile} } }]`,
      'threads: { layout: fused, idle: park }',
      `sim: { seed: 7, messagesPerSecond: 5000, symbols: 10, ${options.sim ?? ''} }`,
    ].join('\n');
    const config = parseConfig(text, join(this.folder, 'venue.yaml'));
    this.simulator = createSimulator(config, { faults: options.faults ?? [], noControl: true });
    if (options.startFirst === 'sim') {
      await this.simulator.start();
      await this.published(2000);
    }
    this.router = await Router.start(config);
    if (options.startFirst !== 'sim') await this.simulator.start();
  }

  get cells(): Float64Array {
    return this.router.setup.feeds[0].options.cells;
  }

  /** No gap is open: what serves gaps may go now. */
  caughtUp(): Promise<void> {
    return this.until(() => this.cells[FeedCell.delivered] > 0 && this.cells[FeedCell.openGaps] === 0);
  }

  published(units: number): Promise<void> {
    return this.until(() => this.simulator.stats().itch.units >= units);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.router?.poll();
    }
  }

  /** Ends the session, waits until the router has its end, stops it, and reads what the strategy saw. */
  async finish(): Promise<{ units: number; breaks: number; first: number; last: number; sha256: string }> {
    await this.simulator.stop();
    const last = this.simulator.stats().itch.nextUnit - 1;
    await this.until(() => this.cells[FeedCell.lastId] >= last);
    await this.router.stop();
    return JSON.parse(readFileSync(this.digestFile, 'utf8'));
  }

  async close(): Promise<void> {
    await this.simulator?.stop();
    await this.router?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let venue: Venue;
afterEach(() => venue.close());

test.each(['first', 'sticky'])(
  'what the strategy sees is what the venue published, bit for bit, over two bad lines (%s)',
  async (policy) => {
    venue = new Venue();
    await venue.start({
      feed: `    policy: ${policy}\n    holdOff: { count: 5000, time: 30ms }\n    gapDeadline: 30s\n    minDwell: 50ms`,
      faults: [
        'A:drop=0.05,seed=1',
        'B:drop=0.05,seed=2',
        'A:duplicate=0.05,seed=3',
        'B:reorder=0.05,seed=4',
        'B:truncate=0.01,seed=6',
        'A:repacketise=5',
      ],
    });
    await venue.published(20_000);
    const seen = await venue.finish();
    const [truth] = venue.simulator.truth().itch;
    expect(seen).toMatchObject({ units: truth.units, breaks: 0, first: 1, sha256: truth.sha256 });
    expect(venue.cells[FeedCell.lostUnits]).toBe(0);
    expect(venue.cells[FeedCell.filledByOtherLine]).toBeGreaterThan(0);
    expect(venue.cells[FeedCell.disagreements]).toBe(0);
    for (const line of [0, 1]) {
      const cell = (which: number) => venue.cells[lineCell(line, which)];
      expect(cell(LineCell.units)).toBe(cell(LineCell.first) + cell(LineCell.duplicates));
    }
  },
);

test('what both lines lost is fetched from the retransmit server', async () => {
  venue = new Venue();
  await venue.start({ feed: '    gapDeadline: 30s', recovery: ['retransmit'], faults: ['*:drop=0.05,seed=1'] });
  await venue.published(10_000);
  const seen = await venue.finish();
  const [truth] = venue.simulator.truth().itch;
  expect(seen).toMatchObject({ units: truth.units, breaks: 0, sha256: truth.sha256 });
  expect(venue.cells[FeedCell.filledByRetransmit]).toBeGreaterThan(0);
  expect(venue.cells[FeedCell.lostUnits]).toBe(0);
});

test('a late start is refreshed by retransmit from the start', async () => {
  venue = new Venue();
  await venue.start({
    feed: '    start: beginning\n    gapDeadline: 30s',
    recovery: ['retransmit'],
    startFirst: 'sim',
  });
  await venue.published(5000);
  await venue.caughtUp();
  const seen = await venue.finish();
  const [truth] = venue.simulator.truth().itch;
  expect(seen).toMatchObject({ first: 1, units: truth.units, sha256: truth.sha256 });
});

test('a late start is refreshed by a snapshot where there is no retransmit, and the books are then right', async () => {
  venue = new Venue();
  await venue.start({ feed: '    start: beginning', recovery: ['snapshot'], startFirst: 'sim' });
  const recovery = () => venue.router.setup.feeds[0].options.recoveryCells;
  await venue.until(() => recovery()[RecoveryCell.snapshotsApplied] === 1);
  await venue.published(6000);
  const seen = await venue.finish();
  expect(seen.breaks).toBe(0);
  expect(seen.first).toBeGreaterThan(2000);
  const { cells } = venue;
  expect(cells[FeedCell.filledBySnapshot] + cells[FeedCell.coveredBySnapshot]).toBe(seen.first - 1);
  expect(venue.cells[FeedCell.lostUnits]).toBe(0);
});

test('flipped bits are survived: counted as malformed, refused or disagreeing, and the stream goes on to its end', async () => {
  venue = new Venue();
  await venue.start({ faults: ['A:corrupt=0.05,bits=3,seed=5'], feed: '    maxForwardJump: 1000' });
  await venue.published(10_000);
  const seen = await venue.finish();
  const { cells } = venue;
  const noticed = cells[FeedCell.disagreements] + cells[FeedCell.refused] + cells[lineCell(0, LineCell.malformed)];
  expect(noticed).toBeGreaterThan(0);
  expect(
    seen.units + cells[FeedCell.lostUnits] + cells[FeedCell.filledBySnapshot] + cells[FeedCell.coveredBySnapshot],
  ).toBe(seen.last);
});

test('books are audited against the venue while it runs, and agree', async () => {
  venue = new Venue();
  await venue.start({ snapshot: ', auditEvery: 1s', faults: ['A:drop=0.02,seed=1'] });
  const recovery = () => venue.router.setup.feeds[0].options.recoveryCells;
  await venue.until(() => recovery()[RecoveryCell.auditsDone] >= 2);
  expect(recovery()[RecoveryCell.auditDifferences]).toBe(0);
  expect(recovery()[RecoveryCell.auditsFailed]).toBe(0);
});
