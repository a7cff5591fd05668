import type { z } from 'zod';

/** Checks of the section `sim.orders` that look at more than one key; see `checks.ts`. */

// biome-ignore lint/suspicious/noExplicitAny: a partly invalid config has any shape
type Loose = any;
type Context = z.core.$RefinementCtx;
type Path = (string | number)[];

/** Words of the fault grammar that nothing else may be called. */
const RESERVED_FEED = 'orders';
const RESERVED_HOST = 'exchange';

const isObject = (value: unknown): value is Record<string, Loose> => typeof value === 'object' && value !== null;
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? value : []);

export function checkSimOrders(config: Loose, context: Context): void {
  const orders = config?.sim?.orders;
  if (!isObject(orders)) return;
  const report = (path: Path, message: string): void => context.addIssue({ code: 'custom', path, message });
  const here = (...path: Path): Path => ['sim', 'orders', ...path];
  if (config.protocol === 'cme') report(here(), 'protocol cme has no order protocol here');
  if (orders.ports === undefined && config.orders === undefined) {
    report(here(), 'needs ports: the config has no section orders to take them from');
  }
  const feeds = listOf(config.feeds).map((feed) => feed?.name);
  if (typeof orders.feed === 'string' && !feeds.includes(orders.feed)) {
    report(here('feed'), `no feed is called "${orders.feed}": the feeds are ${feeds.join(', ')}`);
  }
  const reserved = feeds.indexOf(RESERVED_FEED);
  if (reserved >= 0) {
    report(['feeds', reserved, 'name'], `"${RESERVED_FEED}" means the order side where faults are named`);
  }
  checkNames(orders, here, report);
  checkEndpoints(orders, here, report);
  const accounts = listOf(orders.ports).map((port) => port?.account);
  if (accounts.length === 0) return;
  listOf(orders.dropCopies).forEach((copy, i) => {
    if (typeof copy?.account !== 'string' || accounts.includes(copy.account)) return;
    report(here('dropCopies', i, 'account'), `no port trades for account "${copy.account}"`);
  });
}

/** Hosts and drop copies are named in faults: each name once. */
function checkNames(orders: Loose, here: (...path: Path) => Path, report: (path: Path, message: string) => void): void {
  const ports = new Set<string>();
  const hosts = new Set<string>();
  const nameHost = (name: unknown, path: Path): void => {
    if (typeof name !== 'string') return;
    if (name === RESERVED_HOST) report(path, `"${RESERVED_HOST}" means the exchange itself where faults are named`);
    else if (hosts.has(name)) report(path, `there is already a host called "${name}"`);
    hosts.add(name);
  };
  listOf(orders.ports).forEach((port, i) => {
    if (typeof port?.name !== 'string') return;
    if (ports.has(port.name)) report(here('ports', i, 'name'), `there is already a port called "${port.name}"`);
    ports.add(port.name);
    listOf(port.hosts).forEach((host, k) => {
      if (host?.name === undefined) nameHost(defaultHostName(port.name, k), here('ports', i, 'hosts', k));
      else nameHost(host.name, here('ports', i, 'hosts', k, 'name'));
    });
  });
  listOf(orders.dropCopies).forEach((copy, i) => {
    nameHost(copy?.name, here('dropCopies', i, 'name'));
  });
}

function checkEndpoints(
  orders: Loose,
  here: (...path: Path) => Path,
  report: (path: Path, message: string) => void,
): void {
  const taken = new Set<string>();
  const take = (one: Loose, path: Path): void => {
    if (typeof one?.address !== 'string' || typeof one.port !== 'number') return;
    const endpoint = `${one.address}:${one.port}`;
    if (taken.has(endpoint)) report([...path, 'port'], `${endpoint} is already listened on`);
    taken.add(endpoint);
  };
  listOf(orders.ports).forEach((port, i) => {
    listOf(port?.hosts).forEach((host, k) => {
      take(host, here('ports', i, 'hosts', k));
    });
  });
  listOf(orders.dropCopies).forEach((copy, i) => {
    take(copy, here('dropCopies', i));
  });
}

/** What a host is called that has no name of its own. */
export function defaultHostName(port: string, index: number): string {
  if (index === 0) return port;
  return index === 1 ? `${port}-mirror` : `${port}-mirror${index}`;
}
