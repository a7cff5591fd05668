import type { OrderGroupConfig, OrderPortConfig, OrdersConfig } from '../config/orders-schema.ts';
import type { StrategyConfig } from '../config/schema.ts';
import { formatDurationNs } from '../config/units.ts';

/** Key, text and depth of a line of `warmline check`. */
export type CheckRow = readonly [key: string, text: string, indent: number];

/** What a config would trade, in words. */
export function ordersRows(orders: OrdersConfig, strategies: readonly StrategyConfig[]): CheckRow[] {
  const rows: CheckRow[] = [
    ['orders', `${orders.protocol}, ${counted(orders.instruments.length, 'instrument')}, in ${orders.directory}`, 2],
  ];
  for (const group of orders.groups) {
    rows.push(['group', `${group.name}: ${policy(group)}`, 4]);
    for (const port of group.ports) rows.push([`port ${port.name}`, hosts(port), 6]);
  }
  if (orders.dropCopy !== undefined) {
    const { name, address, port, username } = orders.dropCopy;
    rows.push(['drop copy', `${name} ${address}:${port} as ${username}`, 4]);
  }
  for (const { name, orders: own } of strategies) {
    if (own === undefined) continue;
    const account = own.account ?? orders.accounts[0].name;
    const group = own.group ?? orders.groups[0].name;
    rows.push(['trader', `${name} for ${account} over ${group}, route lost: ${own.lostRoute}`, 4]);
  }
  rows.push(['journal', `durability ${orders.journal.durability}`, 4]);
  return rows;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function policy({ policy: name, failback, ports }: OrderGroupConfig): string {
  if (ports.length === 1) return 'one port';
  const back = typeof failback === 'string' ? failback : `after ${formatDurationNs(failback.afterNs)}`;
  return `${name}, failback ${back}`;
}

function hosts({ username, hosts: all, rules }: OrderPortConfig): string {
  const places = all.map(({ address, port }) => `${address}:${port}`).join(', mirrored on ');
  const { cancelOnDisconnect } = rules;
  return `${places} as ${username}${cancelOnDisconnect === undefined ? '' : `, cancel on disconnect ${cancelOnDisconnect}`}`;
}
