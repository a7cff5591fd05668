import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { toArbiterConfig } from '../config/arbiter.ts';
import { loadConfig } from '../config/load.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { liveSettingsOf, readLiveSettings } from '../feed/live-settings.ts';
import { loadNative } from '../io/native.ts';
import { Router } from '../router/router.ts';
import { readCounterFile } from '../runtime/counter-file.ts';
import { counterCells } from '../runtime/counters.ts';
import { ConfigReload } from './config-reload.ts';
import { CommandProcess } from './testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-reload-'));
const file = join(folder, 'venue.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

interface FeedText {
  readonly [key: string]: string;
}

/** A config of two feeds, each with these keys, and more sections. */
function writeConfig(feeds: readonly [FeedText, FeedText], more = ''): void {
  const feed = (name: string, port: number, keys: FeedText) =>
    [
      `  - name: ${name}`,
      '    policy: sticky',
      `    lines: [{ name: A, address: 127.0.0.1, port: ${port} }, { name: B, address: 127.0.0.1, port: ${port + 1} }]`,
      ...Object.entries(keys).map(([key, value]) => `    ${key}: ${value}`),
    ].join('\n');
  writeFileSync(
    file,
    `venue: reload\nprotocol: nasdaq\nfeeds:\n${feed('one', 29831, feeds[0])}\n${feed('two', 29833, feeds[1])}\n` +
      `threads: { layout: fused, idle: park, warmUp: 0 }\napi: { enabled: false }\n${more}`,
  );
}

const settingsOfFile = () => loadConfig(file).feeds.map((feed) => liveSettingsOf(toArbiterConfig(feed)));

const time = fc.constantFrom('1ms', '7ms', '300ms', '3s', '9s');
const feedText: fc.Arbitrary<FeedText> = fc
  .record(
    {
      failback: fc.constantFrom('never', 'manual', '{ after: 2s }', '{ after: 9s }'),
      minDwell: fc.constantFrom('1ms', '2s'),
      maxDwell: fc.constantFrom('5s', '90s'),
      holdOff: fc.tuple(fc.nat(9), time).map(([count, t]) => `{ count: ${count + 1}, time: ${t} }`),
      gapDeadline: fc.constantFrom('10s', '20s', '1min'),
      staleAfter: fc.constantFrom('4s', '12s', '1h'),
      lag: fc.tuple(fc.nat(9), time).map(([units, t]) => `{ units: ${units + 1}, time: ${t} }`),
      holes: fc.tuple(fc.nat(20), time).map(([count, t]) => `{ count: ${count}, window: ${t} }`),
    },
    { requiredKeys: ['gapDeadline'] },
  )
  .map((keys) => Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)));

describe('a reload', () => {
  let router: Router;
  let running: WarmlineConfig;
  let adopted: WarmlineConfig[] = [];
  let reload: ConfigReload;

  beforeAll(async () => {
    writeConfig([{}, {}]);
    running = loadConfig(file);
    router = await Router.start(running);
    reload = new ConfigReload({
      file,
      running: () => running,
      adoptFeeds: (settings) => router.adopt(settings),
      gateway: undefined,
      adopt: (next) => {
        running = next;
        adopted.push(next);
        return [];
      },
    });
  });
  afterAll(() => router.stop());
  afterEach(() => {
    adopted = [];
  });

  /** Thresholds as the router's own thread shows them. */
  const inForce = () => router.setup.counters.find('settings').map(({ cells }) => readLiveSettings(cells, 0));

  test('makes the running router’s thresholds those of the file, whatever they were', async () => {
    await fc.assert(
      fc.asyncProperty(feedText, feedText, async (one, two) => {
        writeConfig([one, two]);
        await reload.run();
        expect(inForce()).toEqual(settingsOfFile());
        expect(running).toEqual(loadConfig(file));
      }),
      { numRuns: 60 },
    );
  });

  test('says what has changed, as people write it', async () => {
    writeConfig([{}, {}]);
    await reload.run();
    expect(await reload.run()).toBe('nothing has changed');
    writeConfig(
      [{ holdOff: '{ time: 2ms }' }, { failback: '{ after: 3s }' }],
      'log: { level: warn }\nsim: { seed: 5 }\n',
    );
    expect((await reload.run()).split('; ').sort()).toEqual([
      'feeds[0].holdOff.time 5ms → 2ms',
      'feeds[1].failback never → { after: 3s }',
      'log.level info → warn',
    ]);
    expect(adopted.at(-1)!.log.level).toBe('warn');
  });

  test('takes over nothing where a key can’t change, and names each with its place', async () => {
    writeConfig([{}, {}]);
    await reload.run();
    adopted = [];
    const before = inForce();
    writeConfig([{ holdOff: '{ time: 1ms }', window: '{ units: 1024 }' }, {}], 'io: { batch: 64 }\n');
    const refused = await reload.run().catch((error: Error) => error.message);
    expect(refused).toBe(
      [
        'nothing was taken over:',
        `${file}:8:15: feeds[0].window.units: can't change while the router runs (65536 → 1024): restart it`,
        `${file}:14:7: io.batch: can't change while the router runs (32 → 64): restart it`,
      ].join('\n'),
    );
    expect(inForce()).toEqual(before);
    expect(adopted).toEqual([]);
  });

  test('takes over nothing of a file with mistakes, and tells them all', async () => {
    writeConfig([{ holdOff: '{ time: 1ms }', gapDeadline: 'soon' }, {}], 'nonsense: 1\n');
    const before = inForce();
    const refused = await reload.run().catch((error: Error) => error.message);
    expect(refused).toMatch(/^nothing was taken over:\n.*feeds\[0\]\.gapDeadline: .*\n.*nonsense: unknown key/);
    rmSync(file);
    expect(await reload.run().catch((error: Error) => error.message)).toContain('there is no such file');
    expect(inForce()).toEqual(before);
  });
});

describe.skipIf(loadNative() === undefined)('warmline run', () => {
  test('reloads its config on SIGHUP and goes on', async () => {
    const runtime = join(folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    process.env.WARMLINE_RUNTIME_DIRECTORY = runtime;
    writeConfig([{}, {}]);
    const router = new CommandProcess(['run', file]);
    try {
      await router.said(/one down/);
      writeConfig([{ gapDeadline: '7s' }, {}]);
      router.signal('SIGHUP');
      await router.said(/config reloaded: feeds\[0\]\.gapDeadline 2s → 7s/);
      writeConfig([{ gapDeadline: '8s' }, {}], 'io: { batch: 64 }\n');
      router.signal('SIGHUP');
      await router.said(/config not reloaded: nothing was taken over:\\n.*io\.batch: can't change/);
      writeConfig([{ gapDeadline: '7s' }, {}]);
      const path = join(runtime, readdirSync(runtime).find((name) => name.endsWith('.counters'))!);
      const shown = () => {
        const { description, memory } = readCounterFile(path);
        return description.blocks
          .filter(({ name }) => name === 'settings')
          .map((block) => readLiveSettings(counterCells(memory, block), 0));
      };
      // the file's counters follow the router's by a moment
      while (shown()[0].gapDeadlineNs !== 7e9) await new Promise((resolve) => setImmediate(resolve));
      expect(shown()).toEqual(settingsOfFile());
    } finally {
      delete process.env.WARMLINE_RUNTIME_DIRECTORY;
      router.signal('SIGTERM');
      expect(await router.exited).toBe(0);
    }
  });
});
