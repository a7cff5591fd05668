import { ServiceManager } from '../service/service-manager.ts';
import { formatRate } from '../status/quantities.ts';
import { livenessTroubles } from '../status/readiness.ts';
import type { StatusModel } from '../status/status-model.ts';

/** What a session lends to its reports to the service manager. */
export interface ServiceReportsOptions {
  readonly manager?: ServiceManager;
  status(): StatusModel;
  /** How long ago each agent thread's last turn began, in ns. */
  turnsAgoNs(): ReadonlyMap<string, number>;
}

const STATUS_EVERY_MS = 5000;
/** How often it is asked whether the sessions are logged on. */
const READY_EVERY_MS = 100;
const US_PER_NS = 1e-3;

/**
 * Tells the service manager how the router does: ready once it is warm and logged on, alive while every hot thread turns, a
 * line of status every few seconds, and that it reloads or stops. Without a manager it does nothing.
 */
export class ServiceReports {
  private readonly options: ServiceReportsOptions;
  private readonly manager: ServiceManager;
  private readonly timers: NodeJS.Timeout[] = [];
  private isReady = false;

  constructor(options: ServiceReportsOptions) {
    this.options = options;
    this.manager = options.manager ?? new ServiceManager();
  }

  /** The router runs: its lines are open and its code is warm. */
  started(): void {
    const { manager } = this;
    if (!manager.present) return;
    this.askReady();
    this.every(READY_EVERY_MS, () => this.askReady());
    this.every(STATUS_EVERY_MS, () => manager.status(this.statusText()));
    if (manager.watchdogMs !== undefined) {
      this.feedWatchdog();
      this.every(manager.watchdogMs, () => this.feedWatchdog());
    }
  }

  reloading(): void {
    // systemd wants to know when the reload began, on the clock that it reads itself
    this.manager.reloading(Number(process.hrtime.bigint()) * US_PER_NS);
  }

  reloaded(): void {
    if (this.isReady) this.manager.ready(this.statusText());
  }

  stopping(why: string): void {
    this.close();
    this.manager.stopping(`stops: ${why}`);
  }

  close(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  private every(ms: number, does: () => void): void {
    const timer = setInterval(does, ms);
    timer.unref();
    this.timers.push(timer);
  }

  private askReady(): void {
    if (this.isReady || waitedFor(this.options.status()).length > 0) return;
    this.isReady = true;
    this.manager.ready(this.statusText());
  }

  /** A thread that hangs is not kept alive: the manager ends the process and starts it anew. */
  private feedWatchdog(): void {
    if (livenessTroubles(this.options.turnsAgoNs()).length === 0) this.manager.alive();
  }

  private statusText(): string {
    const stuck = livenessTroubles(this.options.turnsAgoNs());
    if (stuck.length > 0) return stuck.join('; ');
    const status = this.options.status();
    const waiting = this.isReady ? [] : waitedFor(status).map((group) => `waits for a session of ${group}`);
    return [...waiting, statusLine(status)].join('; ');
  }
}

/** Groups of sessions none of which is logged on. */
function waitedFor({ orders }: StatusModel): string[] {
  return (orders?.groups ?? []).filter(({ routes }) => routes.length === 0).map(({ name }) => name);
}

/** A router in one short line. */
export function statusLine({ feeds, orders }: StatusModel): string {
  const parts = feeds.map(({ name, status, reason, deliveredPerSecond, lines, lost }) => {
    const heard = lines.map((line) => `${line.name} ${line.health}${line.redundancyLost ? ' (REDUNDANCY LOST)' : ''}`);
    const why = reason === '' ? '' : ` (${reason})`;
    return `${name} ${status}${why} ${formatRate(deliveredPerSecond)}, ${heard.join(', ')}, lost ${lost}`;
  });
  if (orders !== undefined) {
    const { killed, open, unknown } = orders;
    parts.push(`orders ${killed ? 'KILLED, ' : ''}${open} open, ${unknown} unknown`);
  }
  return parts.join('; ');
}
