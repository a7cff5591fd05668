import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../cli/testing/command.ts';
import { loadNative } from '../io/native.ts';

const PROGRAM = fileURLToPath(new URL('./testing/killable-gateway.ts', import.meta.url));
/** How long a gateway that does not hang may take at most on a busy host, and one that hangs is given. */
const PATIENT_MS = 60_000;
const STRICT_MS = 50;

/** One connection as the venue sees it. */
class VenueEnd {
  heard = '';
  closed = false;
  private readonly socket: Socket;
  private changed: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay();
    socket.on('data', (chunk) => {
      this.heard += chunk.toString();
      this.changed();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.changed();
    });
  }

  say(letter: string): void {
    this.socket.write(letter);
  }

  /**
   * Waits until this has been heard, and nothing else. A command is confirmed once or twice: the gateway may see its word
   * before it sees that there is a command.
   */
  async hears(letters: string): Promise<void> {
    const told = () => this.heard.replaceAll(/k+/g, 'k');
    await this.until(() => told().length >= letters.length);
    expect(told()).toBe(letters);
  }

  async hearsAny(letter: string): Promise<void> {
    await this.until(() => this.heard.includes(letter));
  }

  async isClosed(): Promise<void> {
    await this.until(() => this.closed, true);
  }

  end(): void {
    this.socket.destroy();
  }

  private async until(met: () => boolean, orClosed = false): Promise<void> {
    while (!met()) {
      if (this.closed && !orClosed) throw new Error(`the connection ended; heard "${this.heard}"`);
      await new Promise<void>((resolve) => {
        this.changed = resolve;
      });
    }
  }
}

let folder = '';
let path = '';
let venue: Server;
const started: ChildProcess[] = [];
const ends: VenueEnd[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-kill-'));
  path = join(folder, 'kill');
  venue = createServer();
  venue.listen(0, '127.0.0.1');
  await once(venue, 'listening');
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const end of ends.splice(0)) end.end();
  venue.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(io: string, confirmWithinMs: number): Promise<{ child: ChildProcess; end: VenueEnd }> {
  const { port } = venue.address() as { port: number };
  const child = spawn(process.execPath, [PROGRAM, path, String(port), String(confirmWithinMs)], {
    env: { ...process.env, WARMLINE_IO: io },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const [socket] = (await once(venue, 'connection')) as [Socket];
  const end = new VenueEnd(socket);
  ends.push(end);
  // It says k once it has looked at the switch, x before it where it found itself killed.
  await end.hearsAny('k');
  end.heard = '';
  return { child, end };
}

const ctl = (...args: string[]) => runCommand(['ctl', args[0], path, '--reason', 'a test', ...args.slice(1)]);

/** Waits until the kernel says that the process is stopped. */
async function stopped(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP');
  for (;;) {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each(['auto', 'portable'])('a kill of a running process, io %s', (io) => {
  const skip = io === 'auto' && loadNative() === undefined;

  it.skipIf(skip)(
    'stops orders and replaces, cancels what is open, lets cancels pass, until it is cleared',
    async () => {
      const { end } = await start(io, PATIENT_MS);
      end.say('N');
      await end.hears('n');
      const { code, stdout } = await ctl('kill');
      expect(stdout).toMatch(/^everything is killed\nconfirmed by process \d+ within \d+ ms\n$/);
      expect(code).toBe(0);
      await end.hears('nxk');
      end.say('NRX');
      await end.hears('nxk!!x');
      expect((await ctl('clear')).code).toBe(0);
      end.say('N');
      await end.hears('nxk!!xkn');
    },
  );

  it.skipIf(skip)('of one strategy by name, and a restarted process finds it so', async () => {
    const first = await start(io, PATIENT_MS);
    expect((await ctl('kill', '--strategy', 'mm')).code).toBe(0);
    first.child.kill('SIGKILL');
    await first.end.isClosed();
    const { end } = await start(io, PATIENT_MS);
    end.say('NX');
    await end.hears('!x');
    expect((await ctl('clear', '--strategy', 'mm')).code).toBe(0);
    end.say('N');
    await end.hears('!xkn');
  });

  it.skipIf(skip)('whose gateway thread hangs: the watchdog ends its connections', async () => {
    const { child, end } = await start(io, STRICT_MS);
    end.say('NH');
    await end.hears('n');
    const command = ctl('kill', '--wait', '1s');
    await end.isClosed();
    const { code, stderr } = await command;
    expect(code).toBe(1);
    expect(stderr).toContain(`process ${child.pid} has not confirmed`);
    expect(end.heard).toBe('n');
    expect(child.exitCode).toBeNull();
  });

  it.skipIf(skip)('that is stopped whole: not an order leaves when it goes on', async () => {
    const { child, end } = await start(io, PATIENT_MS);
    await stopped(child);
    end.say('NN');
    const { code, stderr } = await ctl('kill', '--wait', '50ms');
    expect(code).toBe(1);
    expect(stderr).toContain(`kill -9 ${child.pid}`);
    child.kill('SIGCONT');
    await end.hearsAny('!!');
    await end.hearsAny('k');
    expect([...new Set(end.heard)].sort()).toEqual(['!', 'k', 'x']);
  });

  it.skipIf(skip)('that is stopped whole, --terminate: its connections go with it', async () => {
    const { child, end } = await start(io, PATIENT_MS);
    await stopped(child);
    const { code, stdout } = await ctl('kill', '--wait', '50ms', '--terminate');
    expect(stdout).toContain(`process ${child.pid} did not confirm and was ended`);
    expect(code).toBe(0);
    await end.isClosed();
  });
});
