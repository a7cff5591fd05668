import type { JournalDayWriter } from '../journal/day-writer.ts';
import type { JournalWriter } from '../journal/journal-writer.ts';
import type { AnswerListener } from './ack-times.ts';
import type { EvidenceSource } from './evidence-source.ts';
import type { FactListener } from './fact-listener.ts';
import type { FillTable } from './fill-table.ts';
import { OrderGateway } from './gateway.ts';
import { GatewayLoop } from './gateway-loop.ts';
import {
  GATEWAY_CELLS,
  type GatewayInstrument,
  type GatewayParts,
  type GatewayStrategy,
  RouteCell,
} from './gateway-parts.ts';
import { GatewayRoutes } from './gateway-routes.ts';
import type { GatewayVoice } from './gateway-voice.ts';
import { Jitter } from './jitter.ts';
import type { LastCheck } from './last-check.ts';
import type { Ledger } from './ledger.ts';
import { OrderEventQueue } from './order-events.ts';
import { OrderFacts } from './order-facts.ts';
import { OrderPort, type PortOptions } from './order-port.ts';
import type { OrderProtocol, VenueRules } from './order-protocol.ts';
import type { OrderStore } from './order-store.ts';
import { Reconciler } from './reconcile.ts';
import type { Risk } from './risk.ts';
import { Session } from './session.ts';
import { SESSION_CELLS } from './session-cells.ts';
import { type GroupOptions, SessionGroup } from './session-group.ts';
import type { SessionOptions } from './session-options.ts';
import type { Dialler, Readiness, TimeSource } from './session-stream.ts';

export interface PortSpec {
  readonly name: string;
  readonly protocol: OrderProtocol;
  readonly rules: VenueRules;
  readonly session: SessionOptions;
  readonly port: PortOptions;
  /** Names of its sessions, one per host, by preference. */
  readonly hosts: readonly string[];
  /** Send an order again that never arrived. */
  readonly resends: boolean;
}

export interface GroupSpec {
  readonly options: GroupOptions;
  /** Indexes of its ports. */
  readonly ports: readonly number[];
}

/** A gateway's shape: fixed at start. */
export interface GatewaySpec {
  readonly strategies: readonly GatewayStrategy[];
  readonly instruments: readonly GatewayInstrument[];
  readonly ports: readonly PortSpec[];
  readonly groups: readonly GroupSpec[];
  /** Seeds the jitter of reconnects. */
  readonly seed: number;
}

/** What a gateway is built over. */
export interface GatewayMaterials {
  readonly store: OrderStore;
  readonly ledger: Ledger;
  readonly fills: FillTable;
  readonly risk: Risk;
  readonly journal: JournalWriter;
  readonly dayJournal: JournalDayWriter;
  readonly lastCheck: LastCheck;
  readonly clock: TimeSource;
  readonly voice: GatewayVoice;
  /** Opens connections of a port's host. */
  dialler(port: number, host: number): Dialler;
  readonly sources?: readonly EvidenceSource[];
  /** Absent = every session's connection is asked each turn. */
  readonly readiness?: Readiness;
  /** Session of each port as recovery found it; '' or absent = none. */
  readonly sessionNames?: readonly string[];
  /** {@link GatewayCell}, `SessionCell` by session, uses of the resolution table's rows, {@link RouteCell}. */
  readonly cells?: Float64Array;
  sessionCells?(session: number): Float64Array;
  readonly rows?: Float64Array;
  readonly answers?: AnswerListener;
  readonly routes?: Int32Array;
}

/** Events that wait for strategies at most. */
const EVENTS = 1 << 15;

/** What facts tell goes to whoever is built after them. */
class Relay implements FactListener {
  target: FactListener | undefined = undefined;

  onOrder(slot: number, fact: number): void {
    this.target!.onOrder(slot, fact);
  }
  onFill(slot: number, shares: number, price4: number): void {
    this.target!.onFill(slot, shares, price4);
  }
  onIncident(incident: number, port: number, slot: number, value: number): void {
    this.target!.onIncident(incident, port, slot, value);
  }
}

/** Ports whose replaces state what is to remain, as ledger and facts want to know. */
export function remainingPortsOf(spec: GatewaySpec): number[] {
  return spec.ports.flatMap(({ rules }, port) => (rules.replaceShares === 'remaining' ? [port] : []));
}

/** Puts a gateway together. Opens nothing; {@link GatewayLoop.turn} does. */
export function buildGateway(spec: GatewaySpec, materials: GatewayMaterials): GatewayLoop {
  const { store, clock, voice } = materials;
  const relay = new Relay();
  const facts = new OrderFacts(store, materials.ledger, materials.fills, {
    remainingPorts: remainingPortsOf(spec),
    listener: relay,
    reflector: materials.risk,
  });
  const ports: OrderPort[] = [];
  const groups: SessionGroup[] = [];
  const parts: GatewayParts = {
    store,
    facts,
    risk: materials.risk,
    journal: materials.journal,
    dayJournal: materials.dayJournal,
    lastCheck: materials.lastCheck,
    events: new OrderEventQueue(EVENTS, spec.strategies.length),
    routes: materials.routes ?? new Int32Array(spec.strategies.length * RouteCell.words),
    clock,
    strategies: spec.strategies,
    instruments: spec.instruments,
    ports,
    groups,
    cells: materials.cells ?? new Float64Array(GATEWAY_CELLS),
  };
  const gateway = new OrderGateway(parts);
  const routes = new GatewayRoutes(parts, gateway, voice, spec.ports.length, materials.rows, materials.answers);
  relay.target = routes;
  let sessions = 0;
  spec.ports.forEach((portSpec, index) => {
    const port = new OrderPort(
      index,
      portSpec.name,
      portSpec.rules,
      portSpec.port,
      routes,
      clock.nowNs,
      Float64Array.of(store.expected(index)),
      materials.sessionNames?.[index] ?? '',
    );
    port.gap = store.gap(index);
    port.reconciler = new Reconciler(index, portSpec.rules, routes, portSpec.resends);
    port.sessions = portSpec.hosts.map((name, host) => {
      const number = sessions++;
      return new Session(
        number,
        index,
        name,
        portSpec.protocol,
        portSpec.rules,
        portSpec.session,
        materials.dialler(index, host),
        port,
        store,
        clock.nowNs,
        new Jitter(spec.seed + number),
        materials.sessionCells?.(number) ?? new Float64Array(SESSION_CELLS),
        materials.readiness?.cells,
      );
    });
    ports.push(port);
  });
  spec.groups.forEach((groupSpec, index) => {
    const members = groupSpec.ports.map((port) => ports[port]);
    groups.push(new SessionGroup(index, groupSpec.options, members, spec.instruments.length, routes, clock.nowNs));
  });
  return new GatewayLoop(parts, gateway, routes, materials.sources ?? [], materials.readiness);
}
