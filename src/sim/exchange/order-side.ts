import type { WarmlineConfig } from '../../config/schema.ts';
import type { FaultKind } from '../fault-kinds.ts';
import type { FaultSpec } from '../fault-spec.ts';
import type { ItchGenerator } from '../generator.ts';
import type { UnitStore } from '../unit-store.ts';
import { HostProcess } from './host-process.ts';
import { type HostListener, HostServer } from './host-server.ts';
import { type ListedFault, OrderVenue } from './order-venue.ts';
import { PortHost } from './port-host.ts';
import type { AccountTruth, PortTruth } from './truth-report.ts';
import { venueConfig } from './venue-config.ts';
import type { HostStats } from './venue-host.ts';

export interface OrderSideOptions {
  readonly config: WarmlineConfig;
  readonly seed: number;
  /** The market that the orders trade in, and the store that its feed is told from. */
  readonly generator: ItchGenerator;
  readonly store: () => UnitStore;
  readonly now: () => number;
  /** Bind to ports of the kernel's choice. */
  readonly ephemeralPorts: boolean;
  /** The feed has news that should not wait for the next turn. */
  readonly onNews: () => void;
}

/** A host as it was opened. */
export interface OpenHost {
  readonly port: number;
  /** Process that clients are connected to. */
  readonly pid: number;
}

/** What the control channel says about the order side. */
export interface OrdersTruth {
  readonly accounts: readonly AccountTruth[];
  readonly ports: readonly PortTruth[];
  readonly hosts: Record<string, HostStats & { readonly listening: boolean; readonly connections: number }>;
}

/** The order side of a running simulator: an {@link OrderVenue} in the generated market, with sockets. */
export class OrderSide {
  readonly venue: OrderVenue;
  readonly #options: OrderSideOptions;
  readonly #listeners: readonly HostListener[];
  /** What the feed had been told when it was looked at last. */
  #told = 0;

  /** @throws {SimulatorError} if a password is not to be had */
  constructor(options: OrderSideOptions) {
    const { config, seed, generator, now, ephemeralPorts } = options;
    this.#options = options;
    const { ports, dropCopies, endpoints, processes } = venueConfig(config, config.sim!.orders!);
    generator.attach(options.store());
    this.venue = new OrderVenue({
      seed,
      symbols: generator.symbols,
      ports,
      dropCopies,
      market: generator.market,
      stampNs: () => generator.clockNs,
    });
    this.#listeners = this.venue.hosts.map((host) => {
      const { address, port } = endpoints.get(host.name)!;
      const endpoint = { address, port: ephemeralPorts ? 0 : port };
      const Listener = processes && host instanceof PortHost ? HostProcess : HostServer;
      return new Listener(host, endpoint, now, this.#onInput);
    });
  }

  /** Opens every host. @returns by its name */
  async open(): Promise<Record<string, OpenHost>> {
    const opened: Record<string, OpenHost> = {};
    for (const listener of this.#listeners) {
      const port = await listener.open();
      opened[listener.host.name] = { port, pid: listener.pid };
    }
    return opened;
  }

  /** Lets time pass, after the flow has traded. */
  turn(): void {
    // A restarted session has a store of its own.
    this.#options.generator.attach(this.#options.store());
    this.venue.onTime(this.#options.now());
    for (const listener of this.#listeners) listener.move();
  }

  /** The day is over: every order goes, and clients are told so before the connections end. */
  endDay(): void {
    this.venue.core.endDay(this.#options.now());
    this.turn();
  }

  close(): void {
    for (const listener of this.#listeners) listener.close();
  }

  addFault(spec: FaultSpec, id: number): void {
    this.venue.addFault(spec, this.#options.now(), id);
    for (const listener of this.#listeners) listener.move();
  }

  clearFaults(target: string | undefined, which: FaultKind | number | undefined): number {
    const cleared = this.venue.clearFaults(target, which, this.#options.now());
    for (const listener of this.#listeners) listener.move();
    return cleared;
  }

  faults(): ListedFault[] {
    return this.venue.listFaults(this.#options.now());
  }

  /** @param account only this one */
  truth(account?: string): OrdersTruth {
    const { core, hosts } = this.venue;
    const accounts = [...core.dropCopies.keys()].filter((name) => account === undefined || name === account);
    return {
      accounts: accounts.map((name) => core.accountTruth(name)),
      ports: core.ports.map((port) => core.portTruth(port)),
      hosts: Object.fromEntries(
        hosts.map(({ name, stats, listening, connections }) => [
          name,
          { ...stats, listening, connections: connections.size },
        ]),
      ),
    };
  }

  readonly #onInput = (): void => {
    this.venue.pump();
    for (const listener of this.#listeners) listener.move();
    const { next } = this.#options.store();
    if (next === this.#told) return;
    this.#told = next;
    this.#options.onNews();
  };
}
