import type { OrdersView, SessionView, StatusModel } from './status-model.ts';

/** A hot thread whose turn has taken this long is stuck. */
export const STUCK_NS = 2e9;
const STANDING: readonly SessionView['state'][] = ['active', 'warm', 'primed'];

/** Why the process does not do its work; none = it does. @param turnsAgoNs by thread, how long ago its last turn began */
export function livenessTroubles(turnsAgoNs: ReadonlyMap<string, number>): string[] {
  return [...turnsAgoNs]
    .filter(([, ago]) => ago > STUCK_NS)
    .map(([thread, ago]) => `thread ${thread}: its turn has not ended for ${(ago / 1e9).toFixed(1)} s`);
}

/** Why nobody should trade on this router now: redundancy that is lost counts. None = it is ready. */
export function readinessTroubles(model: StatusModel): string[] {
  const troubles: string[] = [];
  for (const feed of model.feeds) {
    if (feed.status !== 'live')
      troubles.push(`feed ${feed.name}: ${feed.status}${feed.reason ? ` (${feed.reason})` : ''}`);
    for (const line of feed.lines) {
      if (line.redundancyLost)
        troubles.push(`line ${line.name} of feed ${feed.name}: redundancy lost (${line.health})`);
    }
  }
  for (const strategy of model.strategies) {
    if (strategy.state !== 'running') troubles.push(`strategy ${strategy.name}: ${strategy.state}`);
  }
  return [...troubles, ...orderTroubles(model)];
}

/** How many sessions a group has, and how many of them could carry an order now or after a login. */
export function standingSessions({ sessions }: OrdersView, group: string): { standing: number; all: number } {
  const members = sessions.filter((session) => session.group === group);
  const standing = members.filter(({ state }) => STANDING.includes(state));
  return { standing: standing.length, all: members.length };
}

function orderTroubles({ orders }: StatusModel): string[] {
  if (orders === undefined) return [];
  const troubles: string[] = [];
  if (orders.killed) troubles.push('orders: killed');
  if (orders.phase !== 'trading') troubles.push(`orders: ${orders.phase}`);
  for (const group of orders.groups) {
    if (group.routes.length === 0) troubles.push(`group ${group.name}: no session carries orders`);
    const { standing, all } = standingSessions(orders, group.name);
    if (all > 1 && standing < 2)
      troubles.push(`group ${group.name}: redundancy lost (${standing} of ${all} sessions stand)`);
  }
  if (orders.unknown > 0) troubles.push(`orders: ${orders.unknown} unknown`);
  if (orders.journal.trouble !== '') troubles.push(`journal: ${orders.journal.trouble}`);
  return troubles;
}
