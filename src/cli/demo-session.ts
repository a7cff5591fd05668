import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config/load.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { siblingUrl } from '../runtime/module-url.ts';
import { askSimulator } from '../sim/control.ts';
import { demoActions } from './demo-actions.ts';
import { findCmeLines } from './demo-capture.ts';
import { type DemoChanges, type DemoConfig, writeDemoConfig } from './demo-config.ts';
import { UserError } from './errors.ts';
import { RouterSession, type SessionKey } from './router-session.ts';

export interface DemoOptions extends DemoChanges {
  readonly forNs?: number;
  readonly capture?: string;
  /** Of the capture: as `warmline sim --speed`; absent: the rate decides. */
  readonly speed?: string;
}

/** Messages a second of a capture: slow enough to be watched, while its own time may have hours without one. */
const CAPTURE_RATE = 2000;

/** The router needs a moment to see the venue's end of session before it stops itself. */
const VENUE_STOP_MS = 3000;

/** Runs the simulated venue as a process of its own, and the router in this one, until it is told to end. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { capture, speed } = options;
  const cmeLines = capture === undefined ? undefined : await findCmeLines(capture);
  const rate = options.rate ?? (capture === undefined ? undefined : CAPTURE_RATE);
  const demo = await writeDemoConfig({ ...options, rate, cmeLines, recorded: capture !== undefined });
  const args = capture === undefined ? [] : ['--capture', capture, '--speed', speed ?? 'rate'];
  cmeLines?.forEach(({ address, port }, line) => {
    args.push('--capture-line', `${'AB'[line]}=${address}:${port}`);
  });
  const venue = new Venue(demo, args);
  try {
    const config = loadConfig(demo.path);
    const line = config.feeds[0].lines[0].name;
    await RouterSession.run(config, {
      forNs: options.forNs,
      keys: [cutKey(line, () => venue.controlPort), ...gatewayKeys(config, () => venue.controlPort)],
      actions: demoActions(
        config.feeds[0].lines.map(({ name }) => name),
        primaryOf(config),
        () => venue.controlPort,
      ),
      openDashboard: true,
      started: async (session) => {
        for (const note of demo.notes) session.say(`  ${note}`);
        await venue.start();
        session.say(`  the venue runs as process ${venue.pid}, control port ${venue.controlPort}`);
        if (capture !== undefined && speed === undefined)
          session.say(`  it plays ${capture} at ${rate} messages a second (--rate; --speed real: in its own time)`);
        session.say(`  cut line ${line}: key a, or: npx warmline sim fault --line ${line} silence --for 10s`);
        const primary = primaryOf(config);
        if (primary !== undefined)
          session.say(
            `  kill order gateway ${primary}: key k, freeze it: z, or: npx warmline sim fault --host ${primary} kill --for 10s`,
          );
        venue.onExit((code) => session.stop.stop(`the venue ended (exit ${code})`));
      },
      stopped: () => venue.stop(),
    });
  } finally {
    await venue.stop();
    demo.remove();
  }
}

function cutKey(line: string, controlPort: () => number): SessionKey {
  return faultKey('a', `cut or restore line ${line}`, `${line}:silence`, line, controlPort);
}

/** What can be done to the gateway that carries the orders. */
function gatewayKeys(config: WarmlineConfig, controlPort: () => number): SessionKey[] {
  const primary = primaryOf(config);
  if (primary === undefined) return [];
  return [
    faultKey('k', `kill or restart gateway ${primary}`, `orders/${primary}:kill`, primary, controlPort),
    faultKey('z', 'freeze or thaw it', `orders/${primary}:freeze`, primary, controlPort),
  ];
}

/** Name of the first order port, as the venue's faults call its host. */
function primaryOf(config: WarmlineConfig): string | undefined {
  return config.sim?.orders === undefined ? undefined : config.orders?.groups[0].ports[0].name;
}

/** A key that brings a fault about, and takes it away when it is pressed again. */
function faultKey(key: string, does: string, fault: string, target: string, controlPort: () => number): SessionKey {
  let inForce = false;
  return {
    key,
    does,
    async press() {
      inForce = !inForce;
      const reply = inForce
        ? await askSimulator(controlPort(), { op: 'fault', faults: [fault] })
        : await askSimulator(controlPort(), { op: 'clear', target });
      if (reply.ok !== true) throw new Error(`the venue refused: ${JSON.stringify(reply)}`);
    },
  };
}

/** The simulated venue's process. */
class Venue {
  controlPort = 0;
  private readonly demo: DemoConfig;
  private readonly args: readonly string[];
  private child: ChildProcess | undefined = undefined;

  constructor(demo: DemoConfig, args: readonly string[]) {
    this.demo = demo;
    this.args = args;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** @throws {UserError} with what the process said, if it does not get ready */
  async start(): Promise<void> {
    const entry = fileURLToPath(siblingUrl(import.meta.url, './main'));
    const args = [...process.execArgv, entry, 'sim', this.demo.path, '--ready-json', '--end-with-parent', ...this.args];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const lines = createInterface({ input: child.stdout });
    const ready = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => undefined)]);
    if (ready === undefined) throw new UserError(`the simulated venue did not start:\n${said.trim()}`);
    const ports = JSON.parse(ready[0] as string) as { ports?: { control?: number }; control?: number };
    this.controlPort = ports.ports?.control ?? ports.control ?? 0;
    lines.on('line', () => {});
  }

  onExit(listener: (code: number | null) => void): void {
    this.child?.once('exit', listener);
  }

  /** Ends the venue: it sends end of session on its lines. May be called twice. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.removeAllListeners('exit');
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), VENUE_STOP_MS);
    await exited;
    clearTimeout(timer);
  }
}
