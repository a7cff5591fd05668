import { execFileSync } from 'node:child_process';
import { loadNative } from '../io/native.ts';

/**
 * What the process tells the service manager that started it (systemd's `sd_notify`): ready means warm, and the watchdog
 * is fed only while the hot threads turn. Without a manager every call does nothing.
 */
export class ServiceManager {
  /** Interval at which {@link alive} must be called, in ms; undefined where no watchdog waits for it. */
  readonly watchdogMs: number | undefined;
  private readonly socket: string | undefined;
  private readonly send: (socket: string, message: string) => void;

  /** @param environment as systemd sets it: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID` */
  constructor(environment: NodeJS.ProcessEnv = process.env, send = sendMessage) {
    this.socket = environment.NOTIFY_SOCKET || undefined;
    this.send = send;
    const { WATCHDOG_USEC: us, WATCHDOG_PID: pid } = environment;
    const ours = pid === undefined || Number(pid) === process.pid;
    // Half the interval that would be fatal, as sd_watchdog_enabled(3) advises.
    this.watchdogMs = us !== undefined && ours && Number(us) > 0 ? Number(us) / US_PER_MS / 2 : undefined;
  }

  /** Whether a service manager listens. */
  get present(): boolean {
    return this.socket !== undefined;
  }

  /** Everything is open and warm. */
  ready(status: string): void {
    this.tell(`READY=1\nSTATUS=${oneLine(status)}`);
  }

  /** What it does now, in a line: `systemctl status` shows it. */
  status(text: string): void {
    this.tell(`STATUS=${oneLine(text)}`);
  }

  /** The hot threads turn. */
  alive(): void {
    this.tell('WATCHDOG=1');
  }

  /** A reload begins; {@link ready} ends it. @param monotonicUs as the kernel's clock says */
  reloading(monotonicUs: number): void {
    this.tell(`RELOADING=1\nMONOTONIC_USEC=${Math.round(monotonicUs)}`);
  }

  stopping(why: string): void {
    this.tell(`STOPPING=1\nSTATUS=${oneLine(why)}`);
  }

  private tell(message: string): void {
    if (this.socket !== undefined) this.send(this.socket, message);
  }
}

const US_PER_MS = 1000;

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}

/** The addon sends the datagram; where it is missing, systemd's own program does. */
function sendMessage(socket: string, message: string): void {
  const native = loadNative();
  if (native !== undefined) {
    native.notifyService(socket, message);
    return;
  }
  try {
    execFileSync('systemd-notify', message.split('\n'), {
      stdio: 'ignore',
      env: { NOTIFY_SOCKET: socket, PATH: process.env.PATH },
    });
  } catch {
    // A manager that can't be told will time out and say so itself.
  }
}
