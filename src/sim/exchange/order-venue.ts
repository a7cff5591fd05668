import { EXCHANGE, type FaultKind } from '../fault-kinds.ts';
import { type FaultSpec, FaultSpecError } from '../fault-spec.ts';
import type { Disturbance } from './disturbance.ts';
import { DropCopyHost } from './drop-copy-host.ts';
import { ExchangeCore } from './exchange-core.ts';
import type { ExchangePort, PortOptions } from './exchange-port.ts';
import { FaultSchedule } from './fault-schedule.ts';
import type { Market } from './market.ts';
import { PortHost, type PortSeat } from './port-host.ts';
import type { HostOptions, VenueHost } from './venue-host.ts';

export interface VenuePortOptions extends PortOptions {
  /** Names of its hosts. Two or more are mirrors of each other. */
  readonly hosts: readonly string[];
}

export interface DropCopyOptions extends HostOptions {
  readonly account: string;
}

export interface OrderVenueOptions {
  /** Of the faults' randomness. */
  readonly seed: number;
  readonly symbols: readonly string[];
  readonly ports: readonly VenuePortOptions[];
  readonly dropCopies?: readonly DropCopyOptions[];
  /** Where the orders go; by default a market of their own. */
  readonly market?: Market;
  /** ns since midnight, for the stamps of messages. */
  readonly stampNs?: () => number;
}

/** Streams of the faults' randomness: one for each host, behind those of the lines. */
const FIRST_FAULT_STREAM = 5000;
const TICK4 = 100;

/** A fault as the control channel lists it. */
export interface ListedFault {
  readonly id: number;
  readonly target: string;
  readonly spec: FaultSpec;
  readonly inForce: boolean;
}

/**
 * The order side of a simulated venue with its hosts, whole but for the sockets: connect to a host, bring it bytes, take
 * its bytes away, let time pass. Deterministic: the same calls give the same bytes.
 */
export class OrderVenue {
  readonly core: ExchangeCore;
  readonly hosts: readonly VenueHost[];
  readonly #faults: FaultSchedule;
  #nowNs = 0;

  constructor(options: OrderVenueOptions) {
    const { seed, dropCopies = [] } = options;
    this.core = new ExchangeCore(options);
    const hosts: VenueHost[] = [];
    for (const [i, port] of this.core.ports.entries()) {
      const seat: PortSeat = { holder: undefined };
      const mirrors = options.ports[i].hosts.map(
        (name, k) => new PortHost(name, this.core, port, seat, seed, FIRST_FAULT_STREAM + hosts.length + k),
      );
      hosts.push(...mirrors);
      port.disturbance = new HostDisturbance(port, mirrors, hosts);
    }
    for (const copy of dropCopies) {
      const log = this.core.dropCopies.get(copy.account);
      if (log === undefined) throw new Error(`drop copy ${copy.name}: no port trades for account ${copy.account}`);
      hosts.push(new DropCopyHost(copy, log, this.#isOver, seed, FIRST_FAULT_STREAM + hosts.length));
    }
    this.hosts = hosts;
    this.#faults = new FaultSchedule(seed, FIRST_FAULT_STREAM + hosts.length, {
      faultBegins: this.#exchangeFault,
      faultEnds: this.#exchangeFaultEnds,
    });
  }

  /** @throws {FaultSpecError} if there is no such host */
  host(name: string): VenueHost {
    const host = this.hosts.find((one) => one.name === name);
    if (host === undefined) {
      const known = [...this.hosts.map((one) => one.name), '*', EXCHANGE];
      throw new FaultSpecError(`the order side has no host '${name}': ${known.join(', ')}`);
    }
    return host;
  }

  /** Lets time pass, everywhere; then what is new is sent. */
  onTime(nowNs: number): void {
    this.#nowNs = nowNs;
    this.#faults.advance(nowNs);
    this.core.onTime(nowNs);
    for (const host of this.hosts) host.onTime(nowNs);
    this.pump();
  }

  /** Hands the connections what was said since: call it after bytes were brought, and after others have traded. */
  pump(): void {
    for (const host of this.hosts) host.pump();
  }

  /** When {@link onTime} should be called at the latest. */
  get nextDueNs(): number {
    let next = Math.min(this.core.nextDueNs, this.#faults.nextDueNs);
    for (const host of this.hosts) next = Math.min(next, host.nextDueNs);
    return next;
  }

  /**
   * Puts a fault in force.
   * @throws {FaultSpecError} if there is no such target
   */
  addFault(spec: FaultSpec, nowNs: number, id: number): void {
    this.#nowNs = Math.max(this.#nowNs, nowNs);
    if (spec.target === EXCHANGE) {
      if (spec.kind === 'halt') this.#instrument(spec.word!);
      this.#faults.add(spec, nowNs, id);
    } else
      for (const host of spec.target === '*' ? this.hosts : [this.host(spec.target)]) {
        host.advance(nowNs);
        host.faults.add(spec, nowNs, id);
      }
    this.pump();
  }

  /** Takes faults out of force. @returns how many */
  clearFaults(target: string | undefined, which: FaultKind | number | undefined, nowNs: number): number {
    this.#nowNs = Math.max(this.#nowNs, nowNs);
    let cleared = 0;
    const all = target === undefined || target === '*';
    if (all || target === EXCHANGE) cleared += this.#faults.clear(which);
    for (const host of this.hosts) {
      if (!all && host.name !== target) continue;
      host.advance(nowNs);
      cleared += host.faults.clear(which);
    }
    this.pump();
    return cleared;
  }

  /** Faults in force or to come. */
  listFaults(nowNs: number): ListedFault[] {
    const places: readonly (readonly [string, FaultSchedule])[] = [
      ...this.hosts.map(({ name, faults }) => [name, faults] as const),
      [EXCHANGE, this.#faults],
    ];
    return places.flatMap(([target, schedule]) =>
      schedule.active().map(({ id, spec, startsNs }) => ({ id, target, spec, inForce: nowNs >= startsNs })),
    );
  }

  readonly #isOver = (): boolean => this.core.ports.every(({ ended }) => ended);

  readonly #exchangeFault = (spec: FaultSpec): void => {
    const nowNs = this.#nowNs;
    switch (spec.kind) {
      case 'halt':
        this.core.setHalted(this.#instrument(spec.word!), true, nowNs);
        return;
      case 'bust':
        this.core.bust(this.#match(spec), nowNs);
        return;
      case 'correct': {
        const match = this.#match(spec);
        const [side] = this.core.truth.sidesOf(match);
        if (side !== undefined) this.core.correct(match, Math.max(TICK4, side.price4 - TICK4), nowNs);
        return;
      }
      case 'end':
        this.core.endDay(nowNs);
        return;
    }
  };

  readonly #exchangeFaultEnds = (spec: FaultSpec): void => {
    if (spec.kind === 'halt') this.core.setHalted(this.#instrument(spec.word!), false, this.#nowNs);
  };

  /** The match that is meant: the one named, or the latest of a member that still stands. */
  #match(spec: FaultSpec): number {
    return spec.count ?? this.core.truth.executions.findLast(({ broken }) => !broken)?.match ?? 0;
  }

  #instrument(symbol: string): number {
    const instrument = this.core.instrumentOf(symbol);
    if (instrument < 0) throw new FaultSpecError(`symbol '${symbol}' is not traded here`);
    return instrument;
  }
}

/** What faults of hosts make of what a port says. */
class HostDisturbance implements Disturbance {
  readonly #port: ExchangePort;
  readonly #mirrors: readonly PortHost[];
  /** Every host of the venue; more are added while it is made. */
  readonly #all: readonly VenueHost[];

  constructor(port: ExchangePort, mirrors: readonly PortHost[], all: readonly VenueHost[]) {
    this.#port = port;
    this.#mirrors = mirrors;
    this.#all = all;
  }

  repeatsExecution(): boolean {
    return this.#mirrors.some(({ faults }) => faults.chances('duplicate'));
  }

  cancelsTooLate(): boolean {
    return this.#mirrors.some(({ faults }) => faults.strikes('late'));
  }

  cancelPendsNs(): number {
    for (const { faults } of this.#mirrors) {
      const pend = faults.find('pend');
      if (pend !== undefined) return pend.durationNs!;
    }
    return 0;
  }

  deniesCancel(): boolean {
    return this.#mirrors.some(({ faults }) => faults.strikes('deny'));
  }

  said(_port: ExchangePort, bytes: Uint8Array, length: number): void {
    for (const host of this.#all) {
      const other = host instanceof PortHost ? host.port : undefined;
      const fits = other !== undefined && other !== this.#port && other.protocol.name === this.#port.protocol.name;
      if (fits && host.faults.strikes('misdirect')) other.misdirected(bytes, 0, length);
    }
  }
}
