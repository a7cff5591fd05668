import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadNative, MapFileFlag } from '../io/native.ts';
import { journalSalt } from '../journal/identity.ts';
import { recordType } from '../journal/record-types.ts';
import { formatJournalRing, JournalRingLayout, journalRingBytes } from '../journal/ring-layout.ts';
import { readRingTail } from '../journal/ring-tail.ts';
import { openJournal } from './journal-open.ts';
import { ringPathOf } from './journal-ring-file.ts';
import { EVERY_RECORD } from './testing/every-record.ts';
import { NumberSink, RUN_IDENTITY, upTo } from './testing/journal-run.ts';

const NATIVE = loadNative();
const RING_BYTES = journalRingBytes(JournalRingLayout.minimumCapacityBytes);
const WRITER = fileURLToPath(new URL('./testing/killed-writer.ts', import.meta.url));
const GATEWAY = fileURLToPath(new URL('./testing/killed-gateway.ts', import.meta.url));
const LIVES = 5;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'warmline-journal-'));
});

afterEach(() => {
  const ring = ringPathOf(directory);
  if (ring !== undefined) rmSync(ring, { force: true });
  rmSync(directory, { recursive: true, force: true });
});

/** Names of the records that a ring's file holds. */
function namesIn(path: string): (string | undefined)[] {
  const bytes = readFileSync(path);
  const memory = new ArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  const names: (string | undefined)[] = [];
  readRingTail(memory, 0, journalSalt(RUN_IDENTITY), { onRecord: (type) => names.push(recordType(type)?.name) });
  return names;
}

describe.skipIf(NATIVE === undefined)('a writer that is killed by SIGKILL inside a record', () => {
  const names = EVERY_RECORD.map(([name]) => name);

  it.each(names)('leaves %s whole or not at all, and every record before it', async (name) => {
    const before = names.slice(0, names.indexOf(name));
    const kill = async (place: string): Promise<void> => {
      const path = join(directory, place);
      const memory = NATIVE!.mapFile(path, RING_BYTES, MapFileFlag.create) as ArrayBuffer;
      formatJournalRing(memory, RUN_IDENTITY, 1, 0, 0);
      const child = spawn(process.execPath, [WRITER, path, String(RING_BYTES), name, place], { stdio: 'inherit' });
      const [, signal] = await once(child, 'exit');
      expect([place, signal]).toEqual([place, 'SIGKILL']);
      expect([place, ...namesIn(path)]).toEqual([place, ...before, ...(place === 'after' ? [name] : [])]);
    };
    await Promise.all(['first', 'middle', 'before', 'after'].map(kill));
  });
});

describe.each(['process', 'disk'] as const)(
  'a gateway with durability %s that is killed while it writes',
  (durability) => {
    it('finds every record again that it had written, at the next start, which needs nobody; life after life', async () => {
      let written = 0;
      for (let life = 1; life <= LIVES; life++) {
        const child = spawn(process.execPath, [GATEWAY, directory, durability], { stdio: ['ignore', 'pipe', 'pipe'] });
        const ended = new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
        let errors = '';
        child.stderr.on('data', (data) => {
          errors += data;
        });
        let recovered = -1;
        let said = 0;
        for await (const line of createInterface({ input: child.stdout })) {
          const [word, count, isUnbroken, warnings] = line.split(' ');
          if (word === 'recovered') {
            recovered = Number(count);
            expect([isUnbroken, warnings]).toEqual(['true', '']);
          } else {
            written = Number(count);
            // Each life is longer than the one before, so that kills come at different places.
            if (++said === life) child.kill('SIGKILL');
          }
        }
        expect([errors, await ended]).toEqual(['', 'SIGKILL']);
        expect(said).toBeGreaterThanOrEqual(life);
        expect(recovered).toBeGreaterThanOrEqual(life === 1 ? 0 : 200);
        const sink = new NumberSink();
        const opened = openJournal(
          { ...RUN_IDENTITY, directory, ringCapacityBytes: 1 << 18, segmentBytes: 1 << 18 },
          sink,
          NATIVE,
        );
        expect(opened.warnings).toEqual([]);
        expect(sink.numbers).toEqual(upTo(sink.numbers.length));
        expect(sink.numbers.length).toBeGreaterThanOrEqual(written);
        opened.close();
      }
    });
  },
);
