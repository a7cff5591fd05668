import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errnoName, loadNative, MapFileFlag, type Native, nativeUnavailableReason } from './native.ts';

const PAGE = 4096;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-native-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (!loadNative()) test.skip(`the addon is left out: ${nativeUnavailableReason()}`, () => {});

describe.runIf(loadNative())('the addon', () => {
  const native = loadNative() as Native;

  function map(path: string, bytes: number, flags: number): ArrayBuffer {
    const result = native.mapFile(path, bytes, flags);
    if (typeof result === 'number') throw new Error(errnoName(result));
    return result;
  }

  describe('clock', () => {
    test('agrees with hrtime and never runs backwards', () => {
      const cells = new Float64Array(2);
      const clock = native.bindClock(cells);
      const before = Number(process.hrtime.bigint());
      clock.read();
      native.monotonicNs(cells, 1);
      const after = Number(process.hrtime.bigint());
      expect(cells[0]).toBeGreaterThanOrEqual(before);
      expect(cells[1]).toBeGreaterThanOrEqual(cells[0]);
      expect(cells[1]).toBeLessThanOrEqual(after);
    });

    test('with the UTC offset gives the time of day', () => {
      const cells = new Float64Array(2);
      native.monotonicNs(cells, 0);
      native.utcOffsetNs(cells, 1);
      expect(Math.abs((cells[0] + cells[1]) / 1e6 - Date.now())).toBeLessThan(10_000);
    });

    test('a cell outside the array is refused', () => {
      expect(() => native.monotonicNs(new Float64Array(1), 1)).toThrow(TypeError);
      expect(() => native.monotonicNs(new Float32Array(1) as never, 0)).toThrow(TypeError);
      expect(() => native.bindClock(new Float64Array(0))).toThrow(TypeError);
      expect(() => native.clockState(new Float64Array(2))).toThrow(TypeError);
    });
  });

  describe('thread', () => {
    test('a core that does not exist is refused by name, not by an exception', () => {
      expect(errnoName(native.pinThread(1023))).toBe('EINVAL');
      expect(errnoName(native.pinThread(-1))).toBe('EINVAL');
      expect(errnoName(native.pinThread(1 << 20))).toBe('EINVAL');
    });

    test('a pinned thread runs on its core; the process is left where it was', async () => {
      const cores = new Int32Array(1024);
      const allowed = native.allowedCores(cores);
      expect(allowed).toBe(availableParallelism());
      const wanted = cores[allowed - 1];
      const source = `
        const { parentPort } = require('node:worker_threads');
        import(${JSON.stringify(new URL('./native.ts', import.meta.url).href)}).then(({ loadNative }) => {
          const native = loadNative();
          const pinned = native.pinThread(${wanted});
          parentPort.postMessage([pinned, native.currentCore(), native.allowedCores(new Int32Array(8)), native.threadId()]);
        });`;
      const worker = new Worker(source, { eval: true });
      // Both are listened for from the start: a short-lived worker may be gone when its message has been read.
      const exited = once(worker, 'exit');
      const [[pinned, core, left, thread]] = await once(worker, 'message');
      await exited;
      expect([pinned, core, left]).toEqual([0, wanted, 1]);
      expect(thread).not.toBe(native.threadId());
      expect(native.allowedCores(cores)).toBe(allowed);
    });

    test('scheduling class: refused privileges and wrong values come back as errno', () => {
      expect(errnoName(native.setScheduling('nonsense' as never, 0))).toBe('EINVAL');
      expect(errnoName(native.setScheduling('fifo', 1000))).toBe('EINVAL');
      expect(native.setScheduling('other', 0)).toBe(0);
    });

    test('sleeps are bounded to 10 ms whatever is asked for', () => {
      const before = process.hrtime.bigint();
      expect(native.sleepNs(2_000_000_000)).toBe(0);
      expect(Number(process.hrtime.bigint() - before)).toBeLessThan(2e9);
      expect(native.sleepNs(-5)).toBe(0);
    });

    test('timer slack can be set, but not to nothing', () => {
      expect(native.setTimerSlackNs(1000)).toBe(0);
      expect(errnoName(native.setTimerSlackNs(0))).toBe('EINVAL');
      expect(native.yieldThread()).toBe(0);
    });
  });

  describe('mapped files', () => {
    test('two mappings of one file are one memory, and the file holds it', () => {
      const path = join(folder, 'shared');
      const one = new Int32Array(map(path, 2 * PAGE, MapFileFlag.create));
      const two = new Int32Array(map(path, 2 * PAGE, MapFileFlag.populate));
      Atomics.store(one, 700, 42);
      expect(Atomics.load(two, 700)).toBe(42);
      expect(readFileSync(path).readInt32LE(2800)).toBe(42);
      expect(statSync(path).size).toBe(2 * PAGE);
    });

    test('a watcher sees what others write, and its own stores reach nobody', () => {
      const path = join(folder, 'watched');
      const writer = new Uint8Array(map(path, 2 * PAGE, MapFileFlag.create));
      const watcher = new Uint8Array(map(path, 2 * PAGE, MapFileFlag.watch));
      writer[10] = 7;
      expect(watcher[10]).toBe(7);
      watcher[PAGE] = 9;
      expect(writer[PAGE]).toBe(0);
    });

    test('what can not be mapped is told by name', () => {
      const path = join(folder, 'short');
      writeFileSync(path, 'short');
      expect(errnoName(native.mapFile(path, PAGE, 0) as number)).toBe('EFBIG');
      expect(errnoName(native.mapFile(path, PAGE, MapFileFlag.watch | MapFileFlag.create) as number)).toBe('EFBIG');
      expect(errnoName(native.mapFile(join(folder, 'missing'), PAGE, 0) as number)).toBe('ENOENT');
      expect(errnoName(native.mapFile(folder, PAGE, 0) as number)).toBe('EISDIR');
      expect(errnoName(native.mapFile(path, 0, 0) as number)).toBe('EINVAL');
      expect(existsSync(join(folder, 'missing'))).toBe(false);
    });

    test('a longer existing file keeps its bytes', () => {
      const path = join(folder, 'old');
      writeFileSync(path, Buffer.alloc(PAGE, 'k'));
      const bytes = new Uint8Array(map(path, 2 * PAGE, MapFileFlag.create));
      expect(bytes[PAGE - 1]).toBe('k'.charCodeAt(0));
      expect(bytes[PAGE]).toBe(0);
      truncateSync(path, 2 * PAGE);
    });

    test('its pages can be touched beforehand and kept in memory without altering them', () => {
      const bytes = new Uint8Array(map(join(folder, 'locked'), 4 * PAGE, MapFileFlag.create));
      bytes[3 * PAGE] = 5;
      expect(native.prefault(bytes)).toBe(0);
      expect(bytes[3 * PAGE]).toBe(5);
      const locked = native.lockMemory(bytes);
      expect(['', 'ENOMEM', 'EPERM']).toContain(errnoName(locked));
      expect(native.unlockMemory(bytes)).toBe(0);
    });
  });

  test('huge pages can be asked for; a kernel without them says so, and bytes within one page ask for nothing', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(8 * 2 ** 20));
    expect(['', 'EINVAL']).toContain(errnoName(native.adviseHugePages(bytes)));
    expect(native.prefault(bytes)).toBe(0);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(native.adviseHugePages(bytes.subarray(1, 100))).toBe(0);
  });

  test.runIf(process.getuid?.() === 0)(
    'without the privilege, busy polling and real-time class are refused by name',
    () => {
      const open = new URL('./open.ts', import.meta.url).href;
      const source = `
      const { createDatagramPoller } = await import(${JSON.stringify(open)});
      const { loadNative, errnoName } = await import(${JSON.stringify(open.replace('open.ts', 'native.ts'))});
      const poller = createDatagramPoller('native');
      process.setgid(65534); process.setuid(65534);
      const socket = poller.open({ address: '127.0.0.1', port: 0, busyPollUs: 999 });
      const fifo = errnoName(loadNative().setScheduling('fifo', 10));
      process.stdout.write(JSON.stringify({ socket, warnings: poller.warnings, fifo }));`;
      const result = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });
      const told = JSON.parse(result.stdout);
      expect(told).toMatchObject({ socket: 0, fifo: 'EPERM' });
      // Some kernels let everyone ask for busy polling.
      for (const warning of told.warnings)
        expect(warning).toMatch(/busy polling of 999 µs was refused: EPERM .*CAP_NET_ADMIN/);
    },
  );

  test('a worker that opens everything and ends, by any way, leaves the process standing: 50 times', async () => {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const file = join(folder, 'many');
    const entry = new URL('./testing/worker-opens-everything.ts', import.meta.url);
    const times = 50;
    const ways = ['return', 'exit', 'throw', 'spin'] as const;
    for (let i = 0; i < times; i++) {
      const how = ways[i % ways.length];
      const worker = new Worker(entry, { workerData: { file, port, how } });
      const errors: Error[] = [];
      worker.on('error', (error) => errors.push(error));
      if (how === 'spin') worker.on('message', () => worker.terminate());
      const code = await new Promise<number>((resolve) => worker.on('exit', resolve));
      expect(errors.map((error) => error.message)).toEqual(how === 'throw' ? ['on purpose'] : []);
      expect(code).toBe(how === 'throw' || how === 'spin' ? 1 : 0);
    }
    server.close();
    expect(new Int32Array(map(file, PAGE, 0))[0]).toBe(times);
  });
});
