import type { GatewaySetup } from '../gateway/gateway-setup.ts';
import { JournalObserver } from '../gateway/journal-standing.ts';
import { killedTargets, pausedStrategies } from '../gateway/kill-bytes.ts';
import { lookAt } from '../gateway/kill-command.ts';
import { Refusals } from '../order/refusal.ts';
import type { OrdersSource, Switches } from '../status/orders-reader.ts';
import type { OrderNames } from './order-event-view.ts';

/** What the status view reads the order half from. */
export function ordersSource(setup: GatewaySetup): OrdersSource {
  const { options } = setup;
  const journal = new JournalObserver(options.journal);
  return {
    day: setup.day,
    accounts: options.risk.shape.accounts,
    instruments: options.instruments.map(({ symbol }) => symbol),
    groups: options.groups.map(({ options: group, ports }) => ({ name: group.name, policy: group.policy, ports })),
    ports: options.ports.map(({ name, hosts }) => ({
      name,
      sessions: hosts.map((host) => ({ name: host.name, host: `${host.address}:${host.port}`, cells: host.cells })),
    })),
    ...dropCopyOf(options),
    store: setup.store,
    ended: setup.store.ended,
    ledger: setup.ledger,
    fills: options.fills,
    limits: setup.limits,
    gatewayCells: options.cells,
    refusals: options.refusals,
    refusalNames: Refusals.counterNames(setup.limits),
    switchTimes: options.histograms.switch,
    durability: options.journal.durability,
    journal: () => {
      const { lagBytes, trouble } = journal.read();
      return { records: Number.NaN, lagBytes, trouble };
    },
    switches: () => switchesOf(setup.killPath),
  };
}

function dropCopyOf({ dropCopy }: GatewaySetup['options']): Pick<OrdersSource, 'dropCopy'> {
  const cells = dropCopy?.options.cells;
  return dropCopy === undefined || cells === undefined ? {} : { dropCopy: { name: dropCopy.options.name, cells } };
}

export function orderNames(setup: GatewaySetup): OrderNames {
  const { options } = setup;
  return {
    sessions: setup.sessionNames,
    ports: options.ports.map(({ name }) => name),
    groups: options.groups.map(({ options: group }) => group.name),
    accounts: options.risk.shape.accounts,
    strategies: options.strategies.map(({ name }) => name),
  };
}

/** Whether everything is killed, and which strategies are paused. */
export function switchesOf(path: string): Switches {
  try {
    const { bytes } = lookAt(path);
    return { killed: killedTargets(bytes).some(({ scope }) => scope === 'global'), paused: pausedStrategies(bytes) };
  } catch {
    // what can't be read refuses everything
    return { killed: true, paused: [] };
  }
}
