import { type JournalWriter, MeasureCell } from '../journal/journal-writer.ts';
import { AckCell, type AnswerListener, UNHEARD } from './ack-times.ts';
import type { EvidenceSink } from './evidence-source.ts';
import type { FactListener } from './fact-listener.ts';
import type { OrderGateway } from './gateway.ts';
import { GatewayCell as AllGatewayCells, type GatewayParts, RouteCell } from './gateway-parts.ts';
import type { GatewayVoice } from './gateway-voice.ts';
import { TotalCell } from './ledger-layout.ts';
import { OrderEvent as AllOrderEvents } from './order-events.ts';
import type { OrderFacts } from './order-facts.ts';
import { SlotField, SlotTime } from './order-layout.ts';
import type { OrderPort, PortOwner } from './order-port.ts';
import type { OrderStore } from './order-store.ts';
import { doubtOf, leavesDoubt, type ReconcileHost, rowOfMessage } from './reconcile.ts';
import { PROBE_ANSWER } from './record-fold.ts';
import { Effect } from './resolution-effect.ts';
import { RESOLUTIONS, resolutionEffect, resolutionRow, VenueEvidence } from './resolution-table.ts';
import { Scope } from './scope.ts';
import type { Session } from './session.ts';
import { SessionCell } from './session-cells.ts';
import type { GroupOwner, SessionGroup } from './session-group.ts';
import { Evidence, OrderFlag, OrderState, RouteStatus, SessionState } from './terms.ts';
import { ReportKind, type VenueReport } from './venue-report.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Field = Object.freeze({ ...SlotField });
const Time = Object.freeze({ ...SlotTime });
const Cell = Object.freeze({ ...AllGatewayCells });
const Event = Object.freeze({ ...AllOrderEvents });
const Kind = Object.freeze({ ...ReportKind });
const Measure = Object.freeze({ ...MeasureCell });
const SENT = OrderState.sent;
const UNKNOWN = OrderFlag.unknown;
const BLIND = OrderFlag.blind;
const PENDING = OrderFlag.pendingCancel | OrderFlag.pendingReplace;
const Route = Object.freeze({ ...RouteCell });
const Status = Object.freeze({ ...RouteStatus });

/**
 * What comes from the venue's side: sessions and ports change, reports arrive, barriers are answered, routes move. Each is
 * written to the journal and applied by the code that recovery uses; strategies hear of it through the queue of events.
 */
export class GatewayRoutes implements PortOwner, GroupOwner, ReconcileHost, FactListener, EvidenceSink {
  readonly store: OrderStore;
  /** How often each row of the resolution table was used. */
  readonly rows: Float64Array;
  private readonly answers: AnswerListener;
  private readonly parts: GatewayParts;
  private readonly facts: OrderFacts;
  private readonly journal: JournalWriter;
  private readonly voice: GatewayVoice;
  private readonly cells: Float64Array;
  private readonly nowNs: Float64Array;
  private readonly gateway: OrderGateway;
  /** Orders resolved since the port was lost, by port. */
  private readonly resolvedSince: Int32Array;
  /** Losses that are not written down yet, by port: session and evidence. */
  private readonly lostSession: Int32Array;
  private readonly lostEvidence: Int32Array;
  private lossesPending = false;
  /** By strategy: why it may not make risk ({@link RouteStatus}), 0 = it may. */
  private readonly held: Uint8Array;

  constructor(
    parts: GatewayParts,
    gateway: OrderGateway,
    voice: GatewayVoice,
    ports: number,
    rows: Float64Array = new Float64Array(RESOLUTIONS.length),
    answers: AnswerListener = UNHEARD,
  ) {
    this.parts = parts;
    this.store = parts.store;
    this.facts = parts.facts;
    this.journal = parts.journal;
    this.cells = parts.cells;
    this.nowNs = parts.clock.nowNs;
    this.gateway = gateway;
    this.voice = voice;
    this.rows = rows;
    this.answers = answers;
    this.resolvedSince = new Int32Array(ports);
    this.lostSession = new Int32Array(ports);
    this.lostEvidence = new Int32Array(ports);
    this.held = new Uint8Array(parts.strategies.length);
  }

  // ---- Sessions and ports ----

  sessionChanged(port: OrderPort, session: Session, before: number): void {
    const { cells, state } = session;
    const failed = state === SessionState.down || state === SessionState.suspect || state === SessionState.ended;
    const evidence = failed ? cells[SessionCell.evidence] : Evidence.none;
    this.journal.measure[Measure.value] = failed ? cells[SessionCell.evidenceValue] : 0;
    this.journal.measure[Measure.bound] = failed ? cells[SessionCell.evidenceBound] : 0;
    this.journal.session(port.index, session.index, before, state, evidence, failed ? cells[SessionCell.errno] : 0);
    this.voice.sessionChanged(port, session, before);
  }

  loggedOn(port: OrderPort, session: Session): void {
    this.settleLosses();
    this.facts.nowNs[0] = this.nowNs[0];
    this.parts.dayJournal.login(port.index, session.index, port.sessionName, port.expected[0], port.gap);
    this.facts.login(port.index, session.index, port.expected, port.gap);
  }

  /**
   * Routes move and strategies hear of it at once; written to the orders by {@link settleLosses}, after what is waiting has
   * gone another way.
   */
  portLost(port: OrderPort, session: Session, evidence: number): void {
    this.cells[Cell.portsLost]++;
    this.resolvedSince[port.index] = 0;
    this.lostSession[port.index] = session.index;
    this.lostEvidence[port.index] = evidence;
    this.lossesPending = true;
    const { groups } = this.parts;
    for (let i = 0; i < groups.length; i++) {
      if (!groups[i].has(port)) continue;
      const moves = this.cells[Cell.routes];
      groups[i].review();
      // a route that moved has told the group, of the loss as well
      if (this.cells[Cell.routes] === moves) this.tellGroup(groups[i]);
    }
  }

  /** Silence resolves nothing: counted, so that it can be seen that it did not. */
  noAnswer(port: OrderPort, barrier: boolean): void {
    for (const slot of this.openOrders(port.index)) {
      if (!this.flags(slot, UNKNOWN | BLIND)) continue;
      const state = this.store.int32[this.store.base(slot) + Field.state];
      const row = resolutionRow(doubtOf(state), barrier ? VenueEvidence.time : VenueEvidence.portDead);
      if (row >= 0) this.rows[row]++;
    }
  }

  /** Writes losses down and to the orders they concern. Call after events were handed out; anything that needs it does. */
  settleLosses(): void {
    if (!this.lossesPending) return;
    this.lossesPending = false;
    for (let port = 0; port < this.lostEvidence.length; port++) {
      const evidence = this.lostEvidence[port];
      if (evidence === Evidence.none) continue;
      this.lostEvidence[port] = Evidence.none;
      this.settleLoss(this.parts.ports[port], this.lostSession[port], evidence);
    }
  }

  becameUsable(port: OrderPort): void {
    const { groups } = this.parts;
    for (let i = 0; i < groups.length; i++) if (groups[i].has(port)) groups[i].review();
  }

  routed(group: SessionGroup, preference: number, from: number, to: number, evidence: number): void {
    this.cells[Cell.routes]++;
    const { cells } = this;
    if (from >= 0 && evidence !== Evidence.none && evidence !== Evidence.failback && evidence !== Evidence.operator) {
      cells[Cell.routeLostNs] = this.nowNs[0];
      cells[Cell.switchPending] = to >= 0 ? 1 : 0;
    } else if (from < 0 && cells[Cell.switchPending] === 0 && cells[Cell.routeLostNs] > cells[Cell.switchedNs]) {
      cells[Cell.switchPending] = 1;
    }
    this.journal.measure[Measure.value] = 0;
    this.journal.measure[Measure.bound] = 0;
    this.journal.routed(group.index, preference, from, to, evidence);
    this.voice.routed(group, preference, from, to, evidence);
    this.tellGroup(group);
  }

  // ---- Reports ----

  portReport(port: OrderPort, session: Session, report: VenueReport, probeAnswer: boolean): void {
    this.cells[Cell.reports]++;
    if (this.lossesPending) this.settleLosses();
    const { facts, store, nowNs } = this;
    const slot = probeAnswer ? -1 : store.slotOfRef(port.index, report.ref);
    this.journal.report(port.index, session.index, probeAnswer ? PROBE_ANSWER : slot + 1, report);
    facts.nowNs[0] = nowNs[0];
    if (probeAnswer) {
      const probed = facts.probeAnswered(port.index, report);
      if (probed >= 0) this.countRow(port.index, store.slotOfRef(port.index, report.ref), probed);
      return;
    }
    const row = slot < 0 ? -1 : this.rowOf(slot, report.kind);
    const unanswered = slot >= 0 && store.int32[store.base(slot) + Field.state] === SENT;
    facts.reported(port.index, session.index, report);
    if (unanswered) this.measureAnswer(session, slot);
    if (row >= 0) this.noteRow(port.index, slot, row);
    if (report.kind === Kind.executed && slot >= 0) this.parts.risk.onExecuted(slot);
    if (report.kind === Kind.endOfDay) this.endDay(port);
  }

  /** Another source than the port itself says what became of an order. */
  evidence(source: number, port: number, report: VenueReport): void {
    this.cells[Cell.evidence]++;
    const slot = this.store.slotOfRef(port, report.ref);
    this.journal.evidence(
      source,
      port,
      report.kind,
      report.ref,
      report.shares,
      report.price4,
      report.matchHi,
      report.matchLo,
      slot + 1,
      report.side,
    );
    this.facts.nowNs[0] = this.nowNs[0];
    const doubtful = slot >= 0 && this.flags(slot, UNKNOWN | BLIND);
    const row = doubtful
      ? resolutionRow(
          doubtOf(this.store.int32[this.store.base(slot) + Field.state]),
          report.kind === Kind.executed ? VenueEvidence.dropCopyExecuted : VenueEvidence.dropCopyDone,
        )
      : -1;
    const counts = this.facts.evidence(source, port, report) >= 0;
    if (counts && row >= 0) this.noteRow(port, slot, row);
  }

  // ---- Reconciliation ----

  openOrders(port: number): readonly number[] {
    if (this.lossesPending) this.settleLosses();
    const { store } = this;
    const slots: number[] = [];
    for (let slot = store.firstOfPort(port); slot >= 0; slot = store.nextOfPort(slot)) slots.push(slot);
    return slots;
  }

  takeRef(port: number): number {
    return this.store.nextRef(port);
  }

  queriesOut(port: number): number {
    return this.store.queriesOut(port);
  }

  symbolHi(instrument: number): number {
    return this.gateway.symbolHiOf(instrument);
  }

  symbolLo(instrument: number): number {
    return this.gateway.symbolLoOf(instrument);
  }

  barrierSent(port: number, session: number, ref: number, number: number): void {
    this.journal.barrier(port, session, ref, number);
    this.facts.nowNs[0] = this.nowNs[0];
    this.facts.barrierSent(port, session, ref, number);
  }

  resolve(slot: number, row: number, nextRef: number): void {
    const { store } = this;
    const base = store.base(slot);
    const before = store.int32[base + Field.state];
    const port = store.int32[base + Field.port];
    const effect = resolutionEffect(row);
    const after = stateAfter(effect, before);
    this.journal.resolved(slot + 1, row, before, after, port, nextRef);
    this.facts.nowNs[0] = this.nowNs[0];
    this.facts.resolved(slot, row, effect);
    this.rows[row]++;
    if (leavesDoubt(row)) this.cells[Cell.leftInDoubt]++;
    else {
      this.cells[Cell.resolved]++;
      this.resolvedSince[port]++;
    }
    this.voice.resolved(slot + 1, row, after);
  }

  maySend(): boolean {
    return this.gateway.mayAsk();
  }

  sendAgain(slot: number, session: Session): boolean {
    return this.gateway.sendAgain(slot, session);
  }

  reconciled(port: number, session: Session, nextRef: number): void {
    this.facts.nowNs[0] = this.nowNs[0];
    const stillUnknown = this.unknownOf(port);
    this.journal.portRecovered(port, session.index, stillUnknown, nextRef);
    this.facts.portRecovered(port, session.index, nextRef);
    this.cells[Cell.portsRecovered]++;
    this.countDoubts();
    const { ports } = this.parts;
    this.voice.portRecovered(ports[port], session, stillUnknown, this.resolvedSince[port]);
    ports[port].reconciled(session);
    this.tellRoutes(ports[port]);
  }

  /** Nothing new from here on. */
  closeDay(): void {
    this.cells[Cell.dayEnded] = 1;
  }

  /**
   * Tells a strategy that it may not make risk, or may again. What it sends is refused elsewhere.
   * @param status `killed`, `paused` or `draining` of {@link RouteStatus}; 0 = it may
   */
  hold(strategy: number, status: number): void {
    if (this.held[strategy] === status) return;
    this.held[strategy] = status;
    const { strategies, groups, events } = this.parts;
    const group = groups[strategies[strategy].group];
    this.showRoute(strategy, group, statusOf(group));
    events.push(strategy, Event.route, 0, 0, 0);
  }

  /** Writes where every strategy's orders go, without telling anybody. */
  showRoutes(): void {
    const { strategies, groups } = this.parts;
    for (let i = 0; i < strategies.length; i++) {
      const group = groups[strategies[i].group];
      this.showRoute(i, group, statusOf(group));
    }
    this.countDoubts();
  }

  // ---- What facts did to orders ----

  onOrder(slot: number): void {
    this.parts.events.push(this.strategyOf(slot), Event.order, slot + 1, 0, 0);
  }

  onFill(slot: number, shares: number, price4: number): void {
    this.cells[Cell.fills]++;
    this.parts.events.push(this.strategyOf(slot), Event.fill, slot + 1, shares, price4);
  }

  onIncident(incident: number, port: number, slot: number, value: number): void {
    this.voice.incident(incident, port, slot + 1, value);
  }

  // ---- Within ----

  private rowOf(slot: number, kind: number): number {
    const base = this.store.base(slot);
    return rowOfMessage(this.store.int32[base + Field.state], this.store.int32[base + Field.flags], kind);
  }

  /** A message has moved an order that was in doubt: by which row is kept with it, and counted. */
  private noteRow(port: number, slot: number, row: number): void {
    const { store } = this;
    const state = store.int32[store.base(slot) + Field.state];
    this.journal.resolved(slot + 1, row, state, state, port, 0);
    this.facts.resolved(slot, row, resolutionEffect(row));
    this.countRow(port, slot, row);
  }

  private countRow(port: number, slot: number, row: number): void {
    this.rows[row]++;
    if (!this.flags(slot, UNKNOWN | BLIND)) {
      this.cells[Cell.resolved]++;
      this.resolvedSince[port]++;
    }
    this.voice.resolved(slot + 1, row, this.store.int32[this.store.base(slot) + Field.state]);
  }

  private measureAnswer(session: Session, slot: number): void {
    const base = this.store.base(slot);
    if (this.store.int32[base + Field.state] === SENT) return;
    // an order of an earlier connection was sent to another socket: its answer says nothing of this one
    if (this.store.int32[base + Field.session] !== session.index) return;
    const sentNs = this.store.float64[(base >> 1) + Time.sentNs];
    if (sentNs < session.cells[SessionCell.dialledNs]) return;
    session.acks.cells[AckCell.lastNs] = this.nowNs[0] - sentNs;
    session.acks.record();
    this.answers.answered(session.acks.cells);
  }

  private endDay(port: OrderPort): void {
    port.dayOver = true;
    this.closeDay();
    if (!port.reconciler.messagesMissing) this.resolveByEnd(port.index);
    this.voice.dayEnded(port);
  }

  /** Orders that the venue has not told of by the end of its day never were; those that it told of end with it. */
  private resolveByEnd(port: number): void {
    for (const slot of this.openOrders(port)) {
      if (this.flags(slot, OrderFlag.missed)) continue;
      const doubt = doubtOf(this.store.int32[this.store.base(slot) + Field.state]);
      this.resolve(slot, resolutionRow(doubt, VenueEvidence.dayOver), 0);
    }
  }

  private settleLoss(port: OrderPort, session: number, evidence: number): void {
    const { facts, journal } = this;
    facts.nowNs[0] = this.nowNs[0];
    const { unknown, blind } = this.aboutToDoubt(port.index);
    journal.portLost(port.index, session, unknown, blind, evidence);
    facts.portLost(port.index, session, evidence);
    this.voice.portLost(
      port,
      this.parts.ports[port.index].sessions.find((one) => one.index === session)!,
      evidence,
      unknown,
      blind,
    );
    this.countDoubts();
    this.tellRoutes(port);
  }

  /** How many orders a loss of the port makes unknown, and blind: in flight, or resting. */
  private aboutToDoubt(port: number): { readonly unknown: number; readonly blind: number } {
    let unknown = 0;
    let blind = 0;
    for (const slot of this.openOrders(port)) {
      const state = this.store.int32[this.store.base(slot) + Field.state];
      if (state <= SENT || this.flags(slot, PENDING)) unknown++;
      else blind++;
    }
    return { unknown, blind };
  }

  private unknownOf(port: number): number {
    let count = 0;
    for (const slot of this.openOrders(port)) if (this.flags(slot, UNKNOWN)) count++;
    return count;
  }

  private countDoubts(): void {
    const { ledger } = this.facts;
    const row = ledger.total(Scope.global, 0);
    this.cells[Cell.unknown] = ledger.cells[row + TotalCell.unknownOrders];
    this.cells[Cell.blind] = ledger.cells[row + TotalCell.blindOrders];
  }

  private flags(slot: number, flags: number): boolean {
    return (this.store.int32[this.store.base(slot) + Field.flags] & flags) !== 0;
  }

  private strategyOf(slot: number): number {
    return this.store.int32[this.store.base(slot) + Field.strategy];
  }

  private tellRoutes(port: OrderPort): void {
    for (const group of this.parts.groups) if (group.has(port)) this.tellGroup(group);
  }

  private tellGroup(group: SessionGroup): void {
    const { strategies, events } = this.parts;
    const status = statusOf(group);
    for (let i = 0; i < strategies.length; i++) {
      if (strategies[i].group !== group.index) continue;
      this.showRoute(i, group, status);
      events.push(i, Event.route, 0, 0, 0);
    }
  }

  private showRoute(strategy: number, group: SessionGroup, status: number): void {
    const { routes } = this.parts;
    const { ledger } = this.facts;
    const at = strategy * Route.words;
    const row = ledger.total(Scope.strategy, strategy);
    routes[at + Route.unknown] = ledger.cells[row + TotalCell.unknownOrders];
    routes[at + Route.blind] = ledger.cells[row + TotalCell.blindOrders];
    routes[at + Route.session] = group.leading?.holder?.index ?? -1;
    routes[at + Route.status] = this.held[strategy] !== 0 ? this.held[strategy] : status;
  }
}

/** {@link RouteStatus} of a group's orders, but for who is held back. */
function statusOf(group: SessionGroup): number {
  if (group.leading === undefined) return Status.down;
  const { ports } = group;
  for (let i = 0; i < ports.length; i++) if (ports[i].doubted && ports[i].reachable) return Status.reconciling;
  return group.preferred ? Status.open : Status.switched;
}

/** State of an order that was concluded upon. */
function stateAfter(effect: number, before: number): number {
  if (effect === Effect.rejected) return OrderState.rejected;
  return effect === Effect.expired ? OrderState.expired : before;
}
