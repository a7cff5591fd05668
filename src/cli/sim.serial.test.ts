import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { hashOf, LineReader } from '../sim/testing/line-reader.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'warmline-sim-'));
const children: ChildProcess[] = [];
const readers: LineReader[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const reader of readers.splice(0)) reader.socket.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A port that nobody had a moment ago. */
async function freePort(): Promise<number> {
  const reader = new LineReader();
  const port = await reader.open();
  reader.socket.close();
  return port;
}

async function venue(sim: string): Promise<{ config: string; a: LineReader; b: LineReader }> {
  const [a, b] = [new LineReader(), new LineReader()];
  readers.push(a, b);
  const config = join(folder, `${readers.length}-${Date.now()}.yaml`);
  writeFileSync(
    config,
    `
venue: test
protocol: nasdaq
feeds:
  - name: itch
    heartbeat: 50ms
    lines:
      - { name: A, address: 127.0.0.1, port: ${await a.open()} }
      - { name: B, address: 127.0.0.1, port: ${await b.open()} }
sim: { session: PROC, endOfSession: 20ms, controlPort: ${await freePort()}, ${sim} }
`,
  );
  return { config, a, b };
}

class Warmline {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  errors = '';
  readonly exited: Promise<number | null>;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(this.child);
    this.exited = once(this.child, 'close').then(([code]) => code as number | null);
    createInterface(this.child.stdout!).on('line', (line) => this.lines.push(line));
    this.child.stderr!.on('data', (text) => {
      this.errors += text;
    });
  }

  /** The first line that matches. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.child.exitCode !== null)
        throw new Error(`ended without ${pattern}: ${this.lines.join('\n')}${this.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

describe('warmline sim', () => {
  it('ends with 1 and the port where one is in use, and keeps none of those that it had opened', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { config } = await venue('messagesPerSecond: 100, symbols: 5');
    writeFileSync(config, readFileSync(config, 'utf8').replace(/controlPort: \d+/, `controlPort: ${port}`));
    const sim = new Warmline('sim', config);
    expect(await sim.exited).toBe(1);
    expect(sim.errors).toContain(`127.0.0.1:${port}`);
    taken.close();
  });

  it('says when its sockets are open, publishes, and on SIGTERM ends its session and leaves with 0', async () => {
    const { config, a, b } = await venue('messagesPerSecond: 5000');
    const sim = new Warmline('sim', config, '--ready-json', '--json');
    const ready = JSON.parse(await sim.line(/"ready":true/));
    expect(ready).toMatchObject({ ready: true, pid: sim.child.pid, ports: { control: expect.any(Number) } });
    await b.until(() => b.units('PROC').size > 500);
    sim.child.kill('SIGTERM');
    expect(await sim.exited).toBe(0);
    await a.until(() => a.endOfSession > 0);
    await b.until(() => b.endOfSession > 0);
    const [summary] = JSON.parse(sim.lines[1]);
    expect(summary.feed).toBe('itch');
    const [session] = summary.sessions;
    expect(hashOf(a.units('PROC'))).toBe(session.sha256);
    expect(hashOf(b.units('PROC'))).toBe(session.sha256);
    expect(sim.errors).toBe('');
  });

  it('ends by itself after --for, with a summary; seed, rate and faults from the command line', async () => {
    const { config, a, b } = await venue('messagesPerSecond: 1');
    const sim = new Warmline('sim', config, '--for', '700ms', '--rate', '5000', '--seed', '9', '--fault', 'A:silence');
    expect(await sim.exited).toBe(0);
    expect(a.packets).toBe(0);
    await b.until(() => b.endOfSession > 0);
    const text = sim.lines.join('\n');
    expect(text).toMatch(/generator, seed 9/);
    expect(text).toMatch(/fault at itch\/A: itch\/A:silence/);
    expect(text).toMatch(/simulator ready/);
    expect(text).toMatch(new RegExp(`session PROC: ${b.units('PROC').size} units.*sha256 ${hashOf(b.units('PROC'))}`));
  });

  it('takes faults from another terminal while it runs', async () => {
    const { config, a, b } = await venue('messagesPerSecond: 5000');
    const sim = new Warmline('sim', config);
    await sim.line(/ready/);
    await a.until(() => a.packets > 0);
    const put = new Warmline(
      'sim',
      'fault',
      '--config',
      config,
      '--line',
      'A',
      'silence',
      '--for',
      '1min',
      '--seed',
      '4',
    );
    expect(await put.exited).toBe(0);
    expect(put.lines).toEqual(['in force as 1']);
    const list = new Warmline('sim', 'fault', '--config', config, 'list');
    expect(await list.exited).toBe(0);
    expect(list.lines).toEqual(['1  itch/A:silence,seed=4,for=1min']);
    const cut = a.packets;
    const seen = b.packets;
    await b.until(() => b.packets > seen + 10);
    expect(a.packets).toBe(cut);
    const clear = new Warmline('sim', 'fault', '--config', config, '--line', 'A', 'clear');
    await clear.exited;
    expect(clear.lines).toEqual(['1 cleared']);
    await a.until(() => a.packets > cut);
    const wrong = new Warmline('sim', 'fault', '--config', config, '--line', 'Z', 'drop', '0.1');
    expect(await wrong.exited).toBe(1);
    expect(wrong.errors).toMatch(/feed itch has no 'Z': A, B, \*/);
    sim.child.kill('SIGINT');
    expect(await sim.exited).toBe(0);
  });

  it.each([
    [['fault', 'drop', '2'], 1, /rate from 0 to 1/],
    [['fault', '--control', '1', 'list'], 1, /no simulator answers on 127.0.0.1:1 .*is it running/],
    [['nowhere.yaml'], 1, /nowhere.yaml.*there is no such file/],
    [['x.yaml', '--fault', 'A:loose=1'], 2, /no kind of fault/],
    [['x.yaml', '--for', '5'], 2, /needs a unit/],
  ])('%j is refused with what would be right', async (args, code, message) => {
    const sim = new Warmline('sim', ...args);
    expect(await sim.exited).toBe(code);
    expect(sim.errors).toMatch(message);
    expect(sim.errors).not.toMatch(/^\s+at /m);
  });

  it('explains every kind of fault in its help', async () => {
    const help = new Warmline('sim', '--help');
    expect(await help.exited).toBe(0);
    for (const kind of ['drop', 'burst', 'repacketise', 'restart', 'silence'])
      expect(help.lines.join('\n')).toContain(kind);
  });
});
