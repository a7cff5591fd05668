import type { z } from 'zod';
import { ZONES } from '../order/time-zone.ts';

/** Checks of the section `orders` that look at more than one key; see `checks.ts`. */

// biome-ignore lint/suspicious/noExplicitAny: a partly invalid config has any shape
type Loose = any;
type Context = z.core.$RefinementCtx;

const isObject = (value: unknown): value is Record<string, Loose> => typeof value === 'object' && value !== null;
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? value : []);

function report(context: Context, path: (string | number)[], message: string, at: 'key' | 'value' = 'value'): void {
  context.addIssue({ code: 'custom', path, message, params: { at } });
}

export function checkOrderPort(port: Loose, context: Context): void {
  if (!isObject(port)) return;
  if (port.passwordFile !== undefined && port.passwordEnv !== undefined)
    report(context, ['passwordEnv'], 'the password comes from passwordFile or passwordEnv, not both', 'key');
  if (port.passwordFile === undefined && port.passwordEnv === undefined)
    report(context, [], 'needs passwordFile or passwordEnv');
}

export function checkOrders(orders: Loose, context: Context): void {
  if (!isObject(orders)) return;
  unique(context, ['accounts'], listOf(orders.accounts), 'name', 'an account');
  unique(context, ['instruments'], listOf(orders.instruments), 'symbol', 'an instrument');
  unique(context, ['groups'], listOf(orders.groups), 'name', 'a group');
  if (orders.day !== undefined && typeof orders.timeZone === 'string' && ZONES[orders.timeZone] === undefined)
    report(context, ['timeZone'], `the calendar in day has no rule for it: it has ${Object.keys(ZONES).join(', ')}`);
  const symbols = new Set(listOf(orders.instruments).map((one) => one?.symbol));
  const ports = new Map<string, string>();
  const endpoints = new Map<string, string>();
  listOf(orders.groups).forEach((group, i) => {
    listOf(group?.ports).forEach((port, k) => {
      const path = ['groups', i, 'ports', k];
      if (typeof port?.name === 'string') {
        if (ports.has(port.name)) report(context, [...path, 'name'], `there is already a port called "${port.name}"`);
        ports.set(port.name, port.name);
      }
      listOf(port?.hosts).forEach((host, n) => {
        const endpoint = `${port.username}@${host?.address}:${host?.port}`;
        const earlier = endpoints.get(endpoint);
        if (earlier !== undefined)
          report(context, [...path, 'hosts', n, 'port'], `${endpoint} is already used by port ${earlier}`);
        endpoints.set(endpoint, port.name);
      });
    });
    checkAffinity(group, ['groups', i, 'affinity'], symbols, context);
  });
}

function checkAffinity(group: Loose, path: (string | number)[], symbols: ReadonlySet<string>, context: Context): void {
  if (!isObject(group?.affinity)) return;
  if (group.policy !== 'hot-hot') report(context, path, 'is for policy hot-hot only', 'key');
  const names = listOf(group.ports).map((port) => port?.name);
  for (const [symbol, port] of Object.entries(group.affinity)) {
    if (!symbols.has(symbol)) report(context, [...path, symbol], `no instrument is called "${symbol}"`, 'key');
    if (!names.includes(port))
      report(context, [...path, symbol], `no port of the group is called "${port}": they are ${names.join(', ')}`);
  }
}

/** A strategy's account and group must be there. */
export function checkStrategyOrders(config: Loose, context: Context): void {
  if (!isObject(config)) return;
  const names = (list: unknown) => listOf(list).map((one) => one?.name);
  listOf(config.strategies).forEach((strategy, i) => {
    const orders = strategy?.orders;
    if (!isObject(orders)) return;
    const path = ['strategies', i, 'orders'];
    if (config.orders === undefined) {
      report(context, path, 'there is no section orders: nothing can be traded', 'key');
      return;
    }
    for (const [key, list] of [
      ['account', names(config.orders?.accounts)],
      ['group', names(config.orders?.groups)],
    ] as const) {
      if (typeof orders[key] === 'string' && !list.includes(orders[key]))
        report(context, [...path, key], `no ${key} is called "${orders[key]}": they are ${list.join(', ')}`);
    }
  });
}

function unique(context: Context, path: string[], list: Loose[], key: string, what: string): void {
  const seen = new Set<string>();
  list.forEach((entry, i) => {
    const value = isObject(entry) ? entry[key] : undefined;
    if (typeof value !== 'string') return;
    if (seen.has(value)) report(context, [...path, i, key], `there is already ${what} called "${value}"`);
    seen.add(value);
  });
}
