import type { Router } from '../router/router.ts';
import { parksWhenIdle } from '../runtime/idle.ts';
import type { RouterAbout } from '../status/about.ts';
import { aboutOrders } from './orders-mirror.ts';
import { packageVersion } from './version.ts';

/** What a running router says of itself to those who read its counters. */
export function aboutRouter(
  { setup }: Router,
  startedNs: number,
  more: Pick<RouterAbout, 'config' | 'control' | 'api'> = {},
): RouterAbout {
  const { config, plan } = setup;
  return {
    venue: config.venue,
    version: packageVersion(),
    layout: plan.layout,
    idle: plan.router.idle,
    io: plan.io,
    notes: plan.notes.slice(0, 1),
    startedNs,
    feeds: config.feeds.map(({ name, policy, lines }) => ({ name, policy, lines: lines.map((line) => line.name) })),
    strategies: setup.strategies.map(({ config: { name }, thread }) => ({ name, thread })),
    threads: setup.threads.map(({ name, core, mode, idle }) => ({
      name,
      core: core ?? -1,
      sleeps: mode === 'evented' || parksWhenIdle(idle.kind),
    })),
    ...(setup.gateway === undefined ? {} : { orders: aboutOrders(setup.gateway) }),
    ...more,
  };
}
