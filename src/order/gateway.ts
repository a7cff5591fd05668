import { type JournalWriter, MeasureCell } from '../journal/journal-writer.ts';
import { JournalRecord } from '../journal/record-types.ts';
import { Asked } from './ack-watch.ts';
import {
  GatewayCell as AllGatewayCells,
  type GatewayParts,
  STAMP_CELLS,
  StampCell,
  symbolWords,
} from './gateway-parts.ts';
import { CancelCause, SendResult } from './intents.ts';
import type { Ledger } from './ledger.ts';
import { TotalCell } from './ledger-layout.ts';
import type { OrderFacts } from './order-facts.ts';
import { SlotField } from './order-layout.ts';
import type { OrderPort } from './order-port.ts';
import type { OrderStore } from './order-store.ts';
import { RequestKind as AllRequestKinds, RefusalCell } from './refusal.ts';
import type { Risk } from './risk.ts';
import { RefusalReason as AllRefusals } from './risk-reason.ts';
import { Scope } from './scope.ts';
import { Flushed as AllFlushed, type Session } from './session.ts';
import type { SessionGroup } from './session-group.ts';
import { LostRoutePolicy as AllPolicies, OrderFlag } from './terms.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Field = Object.freeze({ ...SlotField });
const Cell = Object.freeze({ ...AllGatewayCells });
const Stamp = Object.freeze({ ...StampCell });
const Refusal = Object.freeze({ ...AllRefusals });
const Request = Object.freeze({ ...AllRequestKinds });
const Flushed = Object.freeze({ ...AllFlushed });
const Policy = Object.freeze({ ...AllPolicies });
const Ask = Object.freeze({ ...Asked });
const Measure = Object.freeze({ ...MeasureCell });
const Result = Object.freeze({ ...SendResult });
const PENDING_CANCEL = OrderFlag.pendingCancel;
const STRATEGY = Scope.strategy;
const UNKNOWN_ORDERS = TotalCell.unknownOrders;
const BLIND_ORDERS = TotalCell.blindOrders;
const OPEN_ORDERS = TotalCell.openOrders;
const ENTER_INTENT = JournalRecord.enterIntent.type;
const REPLACE_INTENT = JournalRecord.replaceIntent.type;
const CANCEL_INTENT = JournalRecord.cancelIntent.type;

/**
 * The way of an order: risk, the session that its group picks, the intent in the journal, the last check, the socket, the
 * result, and then the store and the ledger. Everything is int32s and allocates nothing. Requests are answered at once: a
 * positive number, 0, or minus a `RefusalReason`.
 *
 * The intent stands in the journal before the first byte is handed over, and nothing is told to anybody before the last
 * one was. Store and ledger take the order after `send`, within the same call: nothing can come in between.
 */
export class OrderGateway {
  /** {@link StampCell} of the last new order. */
  readonly stamps = new Float64Array(STAMP_CELLS);
  /** Value and bound of the last refusal, see `RefusalCell`. */
  readonly refusal: Float64Array;
  /** Cell 0: when the last intent was written. Facts take the times of their records. */
  private readonly intentNs = new Float64Array(1);
  private readonly parts: GatewayParts;
  private readonly store: OrderStore;
  private readonly facts: OrderFacts;
  private readonly risk: Risk;
  private readonly journal: JournalWriter;
  private readonly nowNs: Float64Array;
  private readonly cells: Float64Array;
  private readonly ledger: Ledger;
  private readonly groups: readonly SessionGroup[];
  private readonly ports: readonly OrderPort[];
  private readonly accountOf: Int32Array;
  private readonly groupOf: Int32Array;
  private readonly policyOf: Int32Array;
  private readonly symbolHi: Int32Array;
  private readonly symbolLo: Int32Array;

  constructor(parts: GatewayParts) {
    this.parts = parts;
    this.store = parts.store;
    this.facts = parts.facts;
    this.risk = parts.risk;
    this.journal = parts.journal;
    this.nowNs = parts.clock.nowNs;
    this.cells = parts.cells;
    this.ledger = parts.facts.ledger;
    this.groups = parts.groups;
    this.ports = parts.ports;
    this.refusal = parts.risk.refusal;
    this.accountOf = Int32Array.from(parts.strategies, ({ account }) => account);
    this.groupOf = Int32Array.from(parts.strategies, ({ group }) => group);
    this.policyOf = Int32Array.from(parts.strategies, ({ lostRoute }) => lostRoute);
    const words = parts.instruments.map(({ symbol }) => symbolWords(symbol));
    this.symbolHi = Int32Array.from(words, ([hi]) => hi);
    this.symbolLo = Int32Array.from(words, ([, lo]) => lo);
  }

  // ---- Requests ----

  /** @returns the order's number, or minus a `RefusalReason` */
  enter(
    strategy: number,
    instrument: number,
    side: number,
    shares: number,
    price4: number,
    timeInForce: number,
    marking: number,
    tag: number,
  ): number {
    const { parts, risk, stamps, nowNs } = this;
    parts.clock.read();
    stamps[Stamp.called] = nowNs[0];
    const account = this.accountOf[strategy];
    if (this.cells[Cell.dayEnded] !== 0) return this.refuse(Refusal.dayEnded, strategy, instrument);
    // looked at here so that who is killed uses up no order number, and again right before `send`, which is what counts
    const barred = parts.lastCheck.check(Request.enter, strategy, account);
    if (barred !== 0) return this.refuse(barred, strategy, instrument);
    const held = this.heldBack(strategy);
    if (held !== 0) return this.refuse(held, strategy, instrument);
    risk.nowNs[0] = nowNs[0];
    const reason = risk.checkNew(strategy, account, instrument, side, marking, shares, price4, timeInForce);
    if (reason !== 0) return this.refusedByRisk(reason);
    parts.clock.read();
    stamps[Stamp.judged] = nowNs[0];
    // once per port at most: a session that turns out dead makes way for the next
    for (let tries = this.ports.length; tries >= 0; tries--) {
      const port = this.pick(strategy, instrument);
      if (port === undefined) return this.refuse(Refusal.noSession, strategy, instrument);
      const number = this.enterOn(port, strategy, account, instrument, side, marking, shares, timeInForce, tag);
      if (number !== RETRY) return number;
    }
    return this.refuse(Refusal.noSession, strategy, instrument);
  }

  /** @param shares of the whole chain, executed ones included. @returns 0 or minus a `RefusalReason` */
  replace(strategy: number, order: number, shares: number, price4: number): number {
    const { parts, risk, store, nowNs, journal } = this;
    parts.clock.read();
    risk.nowNs[0] = nowNs[0];
    const slot = store.slotOfNumber(order);
    const reason = risk.checkReplace(strategy, slot, shares, price4);
    if (reason !== 0) return this.refusedByRisk(reason);
    const base = store.base(slot);
    // looked at here so that who asks is told why, and again right before `send`, which is what counts
    const barred = parts.lastCheck.check(Request.replace, strategy, store.int32[base + Field.account]);
    if (barred !== 0) return this.refuseOrder(barred, base, Request.replace);
    const port = this.ports[store.int32[base + Field.port]];
    const session = port.holder;
    if (session === undefined || !session.usable) return this.refuseOrder(Refusal.noSession, base, Request.replace);
    if (session.backlog > 0) return this.refuseOrder(Refusal.backPressure, base, Request.replace);
    const { rules } = port;
    const ref = rules.replaceTakesNewRef ? store.nextRef(port.index) : store.int32[base + Field.ref];
    if (ref === 0) return this.refuseOrder(Refusal.storeFull, base, Request.replace);
    const sendPrice4 = risk.price4;
    const sendShares = rules.replaceShares === 'total' ? shares : shares - store.int32[base + Field.taken];
    if (!journal.replaceIntent(order, session.index, ref, sendShares, sendPrice4)) {
      return this.refuseOrder(Refusal.journalFull, base, Request.replace);
    }
    const last = parts.lastCheck.check(
      Request.replace,
      store.int32[base + Field.strategy],
      store.int32[base + Field.account],
    );
    let bytes = 0;
    if (last === 0) {
      const { connection } = session;
      bytes = connection.replace(
        store.int32[base + Field.ref],
        ref,
        store.int32[base + Field.side],
        store.int32[base + Field.marking],
        sendShares,
        sendPrice4,
      );
    }
    const result = this.hand(session, bytes);
    this.facts.nowNs[0] = nowNs[0];
    this.facts.replaceAsked(slot, session.index, ref, sendShares, sendPrice4);
    const why = this.finishSend(order, slot, REPLACE_INTENT, session, result, last, bytes);
    if (why !== 0) return -why;
    this.cells[Cell.replaced]++;
    session.watch.push(slot, Ask.replace, ref, nowNs);
    risk.onSent(slot, Request.replace);
    return 0;
  }

  /** @returns 0 or minus a `RefusalReason` */
  cancel(strategy: number, order: number): number {
    const slot = this.store.slotOfNumber(order);
    const reason = this.risk.checkCancel(strategy, slot);
    if (reason !== 0) return this.refusedByRisk(reason);
    return this.cancelSlot(slot, CancelCause.strategy);
  }

  /**
   * Cancels every order of one strategy that can be reached, and nobody else's.
   * @param cause {@link CancelCause}
   * @returns how many cancels went out
   */
  cancelAll(strategy: number, cause: number): number {
    const { store } = this;
    let sent = 0;
    for (let slot = store.firstOfStrategy(strategy); slot >= 0; ) {
      const next = store.nextOfStrategy(slot);
      if ((store.int32[store.base(slot) + Field.flags] & PENDING_CANCEL) === 0 && this.cancelSlot(slot, cause) === 0) {
        sent++;
      }
      slot = next;
    }
    return sent;
  }

  /** Cancels one order for whatever cause. @returns 0 (also where a cancel is under way already) or minus a `RefusalReason` */
  cancelSlot(slot: number, cause: number): number {
    const { parts, store, journal, nowNs } = this;
    parts.clock.read();
    const base = store.base(slot);
    if ((store.int32[base + Field.flags] & PENDING_CANCEL) !== 0) return 0;
    const session = this.cancelRoute(base);
    if (session === undefined) return this.refuseOrder(Refusal.noSession, base, Request.cancel);
    const number = store.int32[base + Field.number];
    const ref = store.int32[base + Field.ref];
    if (!journal.cancelIntent(number, session.index, ref, 0, cause)) {
      return this.refuseOrder(Refusal.journalFull, base, Request.cancel);
    }
    const last = parts.lastCheck.check(
      Request.cancel,
      store.int32[base + Field.strategy],
      store.int32[base + Field.account],
    );
    const bytes = last === 0 ? session.connection.cancel(ref, 0) : 0;
    const result = this.hand(session, bytes);
    this.facts.nowNs[0] = nowNs[0];
    this.facts.cancelAsked(slot, session.index, ref, 0, cause);
    const why = this.finishSend(number, slot, CANCEL_INTENT, session, result, last, bytes);
    if (why !== 0) return -why;
    this.cells[Cell.cancelled]++;
    session.watch.push(slot, Ask.cancel, ref, nowNs);
    this.risk.nowNs[0] = nowNs[0];
    this.risk.onSent(slot, Request.cancel);
    return 0;
  }

  /** Hands an order that never arrived to its session once more, under its own reference. */
  sendAgain(slot: number, session: Session): boolean {
    const { store } = this;
    const base = store.base(slot);
    const last = this.parts.lastCheck.check(
      Request.enter,
      store.int32[base + Field.strategy],
      store.int32[base + Field.account],
    );
    if (last !== 0 || session.backlog > 0) return false;
    const instrument = store.int32[base + Field.instrument];
    const bytes = session.connection.enter(
      store.int32[base + Field.ref],
      store.int32[base + Field.side],
      store.int32[base + Field.marking],
      store.int32[base + Field.shares],
      this.symbolHi[instrument],
      this.symbolLo[instrument],
      store.int32[base + Field.price4],
      store.int32[base + Field.timeInForce],
    );
    if (bytes === 0) return false;
    const result = this.hand(session, bytes);
    if (result === Result.withdrawn) return false;
    this.cells[Cell.sentAgain]++;
    session.watch.push(slot, Ask.enter, store.int32[base + Field.ref], this.nowNs);
    return true;
  }

  /**
   * A new order or replace from another thread that waited too long in its mailbox: whoever asked has given up on it, or is
   * about to. @returns minus the `RefusalReason`
   */
  refuseLate(strategy: number, instrument: number): number {
    return this.refuse(Refusal.late, strategy, instrument);
  }

  /** Whether questions may be sent at all: the fence refuses them too, the kill switch doesn't. */
  mayAsk(): boolean {
    return this.parts.lastCheck.check(Request.cancel, 0, 0) === 0;
  }

  symbolHiOf(instrument: number): number {
    return this.symbolHi[instrument];
  }

  symbolLoOf(instrument: number): number {
    return this.symbolLo[instrument];
  }

  // ---- Within ----

  private enterOn(
    port: OrderPort,
    strategy: number,
    account: number,
    instrument: number,
    side: number,
    marking: number,
    shares: number,
    timeInForce: number,
    tag: number,
  ): number {
    const { parts, store, journal, stamps, nowNs, risk } = this;
    const session = port.holder!;
    if (session.backlog > 0) return this.refuse(Refusal.backPressure, strategy, instrument);
    const slot = store.allocate();
    const ref = store.nextRef(port.index);
    if (slot < 0 || ref === 0) return this.refuse(Refusal.storeFull, strategy, instrument);
    const number = slot + 1;
    const price4 = risk.price4;
    this.intentNs[0] = nowNs[0];
    const written = journal.enterIntent(
      number,
      strategy,
      account,
      port.index,
      session.index,
      instrument,
      ref,
      side,
      marking,
      timeInForce,
      shares,
      price4,
      tag,
      0,
    );
    if (!written) return this.refuse(Refusal.journalFull, strategy, instrument);
    const last = parts.lastCheck.check(Request.enter, strategy, account);
    let bytes = 0;
    if (last === 0) {
      const { connection } = session;
      const hi = this.symbolHi[instrument];
      bytes = connection.enter(ref, side, marking, shares, hi, this.symbolLo[instrument], price4, timeInForce);
    }
    parts.clock.read();
    stamps[Stamp.sending] = nowNs[0];
    const result = this.hand(session, bytes);
    parts.clock.read();
    stamps[Stamp.sent] = nowNs[0];
    this.facts.nowNs[0] = this.intentNs[0];
    this.facts.entered(
      number,
      strategy,
      account,
      port.index,
      session.index,
      instrument,
      ref,
      side,
      marking,
      timeInForce,
      shares,
      price4,
      tag,
    );
    const why = this.finishSend(number, slot, ENTER_INTENT, session, result, last, bytes);
    if (why === 0) {
      this.cells[Cell.entered]++;
      if (this.cells[Cell.switchPending] !== 0) this.noteSwitch();
      session.watch.push(slot, Ask.enter, ref, nowNs);
      risk.onSent(slot, Request.enter);
      return number;
    }
    if (why !== Refusal.noSession) return -why;
    // the socket is dead and took nothing: its session is told, and the order goes another way under a new number
    session.lookAtStream();
    return port.holder === session && session.usable ? -why : RETRY;
  }

  /** Hands over what was encoded. @returns {@link SendResult} */
  private hand(session: Session, bytes: number): number {
    if (bytes === 0) return Result.withdrawn;
    const flushed = session.flush();
    if (flushed === Flushed.whole) return Result.handed;
    if (flushed === Flushed.queued) return Result.queued;
    session.connection.withdraw(bytes);
    return Result.withdrawn;
  }

  /** Writes the result down and applies it. @returns 0, or why nothing was sent */
  private finishSend(
    number: number,
    slot: number,
    intent: number,
    session: Session,
    result: number,
    last: number,
    bytes: number,
  ): number {
    const why = result !== Result.withdrawn ? 0 : last !== 0 ? last : Refusal.noSession;
    this.facts.nowNs[0] = this.nowNs[0];
    this.journal.sendResult(number, intent, session.index, result, why, bytes);
    this.facts.sendResult(slot, intent, session.index, result, why, bytes);
    if (why === 0) return 0;
    this.cells[last !== 0 ? Cell.refusedLast : Cell.refusedRoute]++;
    return why;
  }

  private pick(strategy: number, instrument: number): OrderPort | undefined {
    const group = this.groups[this.groupOf[strategy]];
    const position = group.pick(instrument);
    return position < 0 ? undefined : group.ports[position];
  }

  /** Session over which an order can be cancelled: its port's, or a peer's where the venue lets one cancel for another. */
  private cancelRoute(base: number): Session | undefined {
    const port = this.ports[this.store.int32[base + Field.port]];
    if (port.reachable) return port.holder;
    if (!port.rules.peerMayCancel) return undefined;
    const group = this.groups[this.groupOf[this.store.int32[base + Field.strategy]]];
    for (const peer of group.ports) if (peer.usable) return peer.holder;
    return undefined;
  }

  /** What the strategy's own policy says while orders of it are in doubt. */
  private heldBack(strategy: number): number {
    const policy = this.policyOf[strategy];
    if (policy === Policy.requote) return 0;
    const doubtful = this.anyInDoubt(strategy);
    if (policy === Policy.pause) return doubtful ? Refusal.paused : 0;
    if (this.risk.isReduceOnly(strategy) !== doubtful) this.risk.setReduceOnly(strategy, doubtful);
    return 0;
  }

  /** True while an order of the strategy is unknown or blind, or about to be told so. */
  anyInDoubt(strategy: number): boolean {
    const { ledger, ports } = this;
    const row = ledger.total(STRATEGY, strategy);
    if (ledger.cells[row + UNKNOWN_ORDERS] + ledger.cells[row + BLIND_ORDERS] > 0) return true;
    if (ledger.cells[row + OPEN_ORDERS] === 0) return false;
    for (let i = 0; i < ports.length; i++) {
      if (ports[i].doubted && this.hasOpenOn(strategy, i)) return true;
    }
    return false;
  }

  private hasOpenOn(strategy: number, port: number): boolean {
    const { store } = this;
    for (let slot = store.firstOfStrategy(strategy); slot >= 0; slot = store.nextOfStrategy(slot)) {
      if (store.int32[store.base(slot) + Field.port] === port) return true;
    }
    return false;
  }

  private refusedByRisk(reason: number): number {
    this.cells[Cell.refused]++;
    const { refusal, journal } = this;
    journal.measure[Measure.value] = refusal[RefusalCell.value];
    journal.measure[Measure.bound] = refusal[RefusalCell.bound];
    journal.refused(
      refusal[RefusalCell.strategy],
      refusal[RefusalCell.account],
      refusal[RefusalCell.instrument],
      refusal[RefusalCell.number],
      refusal[RefusalCell.request],
      reason,
      refusal[RefusalCell.side],
      refusal[RefusalCell.shares],
      refusal[RefusalCell.price4],
      refusal[RefusalCell.scope],
    );
    return -reason;
  }

  private refuse(reason: number, strategy: number, instrument: number): number {
    this.describe(reason, Request.enter, strategy, this.accountOf[strategy], instrument, 0);
    return this.refusedByRisk(reason);
  }

  private refuseOrder(reason: number, base: number, request: number): number {
    const { int32 } = this.store;
    this.describe(
      reason,
      request,
      int32[base + Field.strategy],
      int32[base + Field.account],
      int32[base + Field.instrument],
      int32[base + Field.number],
    );
    return this.refusedByRisk(reason);
  }

  private describe(
    reason: number,
    request: number,
    strategy: number,
    account: number,
    instrument: number,
    number: number,
  ): void {
    const { refusal } = this;
    this.risk.refusals.plain(reason, strategy);
    refusal[RefusalCell.request] = request;
    refusal[RefusalCell.strategy] = strategy;
    refusal[RefusalCell.account] = account;
    refusal[RefusalCell.instrument] = instrument;
    refusal[RefusalCell.number] = number;
    refusal[RefusalCell.side] = 0;
    refusal[RefusalCell.shares] = 0;
    refusal[RefusalCell.price4] = 0;
  }

  private noteSwitch(): void {
    const { cells, nowNs } = this;
    cells[Cell.switchPending] = 0;
    cells[Cell.switchedNs] = nowNs[0];
    cells[Cell.switchNs] = nowNs[0] - cells[Cell.routeLostNs];
  }
}

/** Not a number and not a refusal: try the next way. */
const RETRY = -0x7fffffff;
