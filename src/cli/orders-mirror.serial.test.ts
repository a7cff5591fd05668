import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TradingHost } from '../gateway/testing/trading-host.ts';
import { loadNative } from '../io/native.ts';
import { readCounterFile } from '../runtime/counter-file.ts';
import type { RouterAbout } from '../status/about.ts';
import { OrdersReader } from '../status/orders-reader.ts';
import { ordersSourceOf } from './orders-mirror.ts';
import { ordersSource } from './orders-source.ts';
import { aboutRouter } from './router-about.ts';
import { mirrorRouter } from './router-mirror.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-orders-mirror-'));
const host = new TradingHost();
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

test.skipIf(loadNative() === undefined)(
  'another process sees of orders, sessions, positions and limits what the router itself sees',
  async () => {
    await host.start({ pair: 'ports', dropCopy: true });
    await host.until('it trades', () => host.cell('entered') >= 50);
    host.fault('orders/P1:reset');
    await host.until('P1 was lost', () => host.reports.some(({ kind }) => kind === 'portLost'));
    const { gateway } = host;
    const mirror = mirrorRouter(host.router!, folder, aboutRouter(host.router!, 0));
    if (typeof mirror === 'string') throw new Error(mirror);
    try {
      // what is compared must stand still
      await host.router!.stop();
      const { rounds } = readCounterFile(mirror.path);
      await host.until('copied since', () => readCounterFile(mirror.path).rounds > rounds + 1);
      const readers = [
        new OrdersReader(ordersSourceOf(readCounterFile<RouterAbout>(mirror.path))!),
        new OrdersReader(ordersSource(gateway)),
      ];
      const [outside, inside] = readers.map((reader) => reader.read(1e15));
      expect(inside.entered).toBeGreaterThanOrEqual(50);
      expect(inside.dropCopy).toMatchObject({ name: 'copy', logins: 1 });
      // what would take the whole store is not mirrored
      const untold = { oldestUnknownNs: undefined, oldestBlindNs: undefined };
      expect(outside.cancelled + outside.rejected).toBeGreaterThan(0);
      expect(readers[0].lastTroubles()).toEqual(readers[1].lastTroubles());
      expect(readers[0].lastTroubles()[0]).toMatchObject({ session: 'P1', evidence: 'connection reset' });
      expect(outside).toEqual({ ...inside, ...untold });
    } finally {
      mirror.stop();
    }
  },
);
