import { setTimeout as delay } from 'node:timers/promises';
import { createClock } from '../runtime/clock.ts';
import { readCounterFile } from '../runtime/counter-file.ts';
import type { RouterAbout } from '../status/about.ts';
import { LAST_EVENTS_NOTE, lastEvents } from '../status/last-events.ts';
import { OrdersReader } from '../status/orders-reader.ts';
import { type RouterFile, statusSource } from '../status/router-files.ts';
import { healthTroubles, type RouterHealth, routerHealth } from '../status/router-health.ts';
import type { StatusModel } from '../status/status-model.ts';
import { StatusReader } from '../status/status-reader.ts';
import { withOrders } from '../status/with-orders.ts';
import { findRouter } from './find-router.ts';
import { readKeys } from './keys.ts';
import { ordersSourceOf } from './orders-mirror.ts';
import { listenForStop } from './signals.ts';
import { StatusScreen, wantsColour } from './status-screen.ts';
import { renderStatus } from './status-view.ts';

export interface TopOptions {
  readonly once: boolean;
  readonly json: boolean;
}

/** One look at a router from outside. */
export interface Look {
  readonly file: RouterFile;
  readonly health: RouterHealth;
  readonly troubles: readonly string[];
  readonly status: StatusModel;
}

const SECOND_MS = 1000;
const DEFAULT_COLUMNS = 100;
const PLENTY_OF_ROWS = 200;
const QUIT = [{ key: 'q', does: 'quit' }];

/** Looks at one router again and again. */
export class TopReader {
  private readonly clock = createClock(undefined);
  private readonly path: string;
  private readonly reader: StatusReader;
  private latest: RouterFile;
  private readonly orders: OrdersReader | undefined;

  constructor(file: RouterFile) {
    this.path = file.path;
    this.latest = file;
    this.reader = new StatusReader(statusSource(file));
    const orders = ordersSourceOf(file);
    this.orders = orders && new OrdersReader(orders);
  }

  /** @returns undefined once the router has ended in order and taken its file along */
  look(): Look | undefined {
    try {
      this.latest = readCounterFile<RouterAbout>(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const file = this.latest;
    this.reader.attach(statusSource(file));
    this.clock.read();
    const beatAgoNs = this.reader.mainBeatAgoNs(file.atNs);
    const health = routerHealth(file, this.clock.nowNs[0], beatAgoNs, this.reader.turnsAgoNs(file.atNs));
    const status = this.withOrders(this.reader.read(file.atNs), file);
    const events = lastEvents(this.reader, this.orders, this.clock.readUtcOffsetNs());
    return {
      file,
      health,
      troubles: healthTroubles(file, health),
      status: { ...status, events, notes: [...status.notes, LAST_EVENTS_NOTE] },
    };
  }

  private withOrders(status: StatusModel, file: RouterFile): StatusModel {
    const source = ordersSourceOf(file);
    if (source === undefined || this.orders === undefined) return status;
    this.orders.attach(source);
    return withOrders(status, this.orders.read(file.atNs));
  }
}

/**
 * Shows a router until it ends, or the user has seen enough.
 * @returns false if it died
 */
export async function runTop(which: string | undefined, options: TopOptions): Promise<boolean> {
  const reader = new TopReader(findRouter(which));
  if (options.once) {
    reader.look();
    await delay(SECOND_MS);
  }
  return options.json || options.once ? print(reader, options) : show(reader);
}

async function print(reader: TopReader, { once, json }: TopOptions): Promise<boolean> {
  for (;;) {
    const look = reader.look();
    if (look === undefined) return true;
    const text = json
      ? jsonLine(look)
      : renderStatus(withTroubles(look), columns(), PLENTY_OF_ROWS, wantsColour(process.stdout));
    process.stdout.write(`${text}\n`);
    if (!look.health.alive) return false;
    if (once) return true;
    await delay(SECOND_MS);
  }
}

function columns(): number {
  return process.stdout.columns || DEFAULT_COLUMNS;
}

function jsonLine({ file, health, troubles, status }: Look): string {
  const stuck = Object.fromEntries(health.stuck);
  return JSON.stringify({ pid: file.pid, ...health, stuck, troubles, status });
}

async function show(reader: TopReader): Promise<boolean> {
  const screen = new StatusScreen();
  const stop = listenForStop();
  const keys = readKeys(
    () => {},
    () => stop.stop('key'),
  );
  let file: RouterFile | undefined;
  let lived = true;
  try {
    while (!stop.signal.aborted) {
      const look = reader.look();
      if (look === undefined) {
        screen.close(`${file?.about.venue ?? 'the router'} has ended\n`);
        break;
      }
      file = look.file;
      screen.show({ ...withTroubles(look), keys: keys.active ? QUIT : [] });
      if (!look.health.alive) {
        lived = false;
        screen.close(`${look.troubles.join('\n')}\n`);
        break;
      }
      await delay(screen.intervalMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  } finally {
    screen.close();
    keys.close();
    stop.dispose();
  }
  return lived;
}

function withTroubles({ status, troubles }: Look): StatusModel {
  return { ...status, troubles };
}
