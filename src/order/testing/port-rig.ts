import type { OrderSlots } from '../exposure.ts';
import { Jitter } from '../jitter.ts';
import { SLOT_INT32, SlotField } from '../order-layout.ts';
import { OrderPort, type PortOptions, type PortOwner } from '../order-port.ts';
import type { VenueRules } from '../order-protocol.ts';
import { type ReconcileHost, Reconciler } from '../reconcile.ts';
import { Session } from '../session.ts';
import { SessionCell } from '../session-cells.ts';
import { DEFAULT_SESSION_OPTIONS, type SessionOptions } from '../session-options.ts';
import { Evidence, SessionState } from '../terms.ts';
import type { VenueReport } from '../venue-report.ts';
import { modelProtocol } from './model-protocol.ts';
import { ModelHost, ModelPort } from './model-venue.ts';

const NS_PER_MS = 1e6;
const SLOTS = 64;
const DAY = 20261126;

/** Slots without a store behind them: a test writes their fields. */
export class BareSlots implements OrderSlots {
  readonly maxOrders = SLOTS;
  readonly int32 = new Int32Array(SLOTS * SLOT_INT32);
  readonly float64 = new Float64Array(this.int32.buffer);

  base(slot: number): number {
    return slot * SLOT_INT32;
  }

  set(slot: number, fields: Partial<Record<keyof typeof SlotField, number>>): void {
    for (const [name, value] of Object.entries(fields)) {
      this.int32[this.base(slot) + SlotField[name as keyof typeof SlotField]] = value;
    }
  }
}

export interface PortRigOptions {
  readonly rules?: Partial<VenueRules>;
  readonly hosts?: number;
  readonly session?: Partial<SessionOptions>;
  readonly port?: Partial<PortOptions>;
  readonly seed?: number;
  /** By session: 0 = its connection has nothing to be read. */
  readonly ready?: Int32Array;
}

/** A port with its hosts at a model venue, without orders: what it does is written to `log`. */
export class PortRig implements PortOwner, ReconcileHost {
  readonly log: string[] = [];
  readonly now = Float64Array.of(1e12);
  readonly venue = new ModelPort('P');
  readonly hosts: ModelHost[];
  readonly port: OrderPort;
  readonly store = new BareSlots();
  readonly reports: number[] = [];
  open: number[] = [];
  nextRef = 1000;
  readonly resolved: { slot: number; row: number; nextRef: number }[] = [];

  constructor(options: PortRigOptions = {}) {
    const protocol = modelProtocol(options.rules);
    const { rules } = protocol;
    const barrier = rules.barrier === 'probe' ? 'probe' : 'query';
    this.hosts = Array.from(
      { length: options.hosts ?? 1 },
      () => new ModelHost(this.venue, { secondLogin: rules.secondLogin, barrier }),
    );
    this.port = new OrderPort(
      0,
      'P',
      rules,
      { logonBudget: { logons: 10, perNs: 60e9 }, preferredWaitNs: 1e9, barrierTimeoutNs: 5e9, ...options.port },
      this,
      this.now,
    );
    this.port.reconciler = new Reconciler(0, rules, this, false);
    const sessionOptions: SessionOptions = {
      ...DEFAULT_SESSION_OPTIONS,
      connection: { username: 'warm', password: 'line', session: '', day: DAY },
      ...options.session,
    };
    this.port.sessions = this.hosts.map(
      (host, index) =>
        new Session(
          index,
          0,
          `P${index}`,
          protocol,
          rules,
          sessionOptions,
          host,
          this.port,
          this.store,
          this.now,
          new Jitter((options.seed ?? 1) + index),
          undefined,
          options.ready,
        ),
    );
  }

  /** Lets time pass in steps, with a turn after each. The venue says nothing by itself. */
  pass(ms: number, stepMs = 1): this {
    for (let done = 0; done < ms; done += stepMs) {
      this.now[0] += stepMs * NS_PER_MS;
      this.port.turn();
    }
    return this;
  }

  states(): string[] {
    return this.port.sessions.map((session) => nameOf(SessionState, session.state));
  }

  evidence(index = 0): string {
    return nameOf(Evidence, this.port.sessions[index].cells[SessionCell.evidence]);
  }

  sessionChanged(): void {}
  loggedOn(port: OrderPort, session: Session): void {
    this.log.push(`logged on ${session.index} at ${port.expected[0]}`);
  }
  portLost(_port: OrderPort, session: Session, evidence: number): void {
    this.log.push(`lost ${session.index} ${nameOf(Evidence, evidence)}`);
  }
  noAnswer(_port: OrderPort, barrier: boolean): void {
    this.log.push(barrier ? 'no answer to the barrier' : 'no answer');
  }
  becameUsable(): void {
    this.log.push('usable');
  }
  portReport(_port: OrderPort, _session: Session, report: VenueReport): void {
    this.reports.push(report.kind);
  }

  openOrders(): readonly number[] {
    return this.open;
  }
  takeRef(): number {
    return this.nextRef++;
  }
  queriesOut(): number {
    return 0;
  }
  symbolHi(): number {
    return 0;
  }
  symbolLo(): number {
    return 0;
  }
  barrierSent(): void {}
  resolve(slot: number, row: number, nextRef: number): void {
    this.resolved.push({ slot, row, nextRef });
  }
  maySend(): boolean {
    return true;
  }

  sendAgain(): boolean {
    return false;
  }
  reconciled(_port: number, session: Session): void {
    this.log.push(`reconciled ${session.index}`);
    this.port.reconciled(session);
  }
}

export function nameOf(table: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(table).find((name) => table[name] === code) ?? String(code);
}
