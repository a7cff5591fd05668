import type { OrderPort } from './order-port.ts';
import { SessionCell as Cell } from './session-cells.ts';
import { Evidence, SessionState } from './terms.ts';

export type GroupPolicy = 'primary-backup' | 'hot-hot';

/** When the flow returns to a port that it was taken from. */
export type Failback = 'never' | 'manual' | { readonly afterNs: number };

export interface GroupOptions {
  readonly name: string;
  readonly policy: GroupPolicy;
  readonly failback: Failback;
  /** `hot-hot`: position (in the group) of the port that an instrument's orders prefer; default: instruments take turns. */
  readonly affinity?: Int32Array;
}

/** What a group tells the gateway. */
export interface GroupOwner {
  /**
   * New orders take another way.
   * @param preference position of the preferred port whose orders these are
   * @param from port, -1 if there was none; `to` likewise
   */
  routed(group: SessionGroup, preference: number, from: number, to: number, evidence: number): void;
}

const NONE = -1;
// an engine loads an imported binding, and from it, each time it is used
const ACTIVE = SessionState.active;
const WARM = SessionState.warm;

/**
 * Ports that can stand in for each other, and the policy that picks one per order. `primary-backup`: all orders take the
 * first port that is usable, in the order of the config. `hot-hot`: every port carries orders, each instrument prefers
 * one. Both are one table: by preferred port, the port that is used now.
 */
export class SessionGroup {
  readonly index: number;
  readonly name: string;
  readonly options: GroupOptions;
  readonly ports: readonly OrderPort[];
  private readonly owner: GroupOwner;
  private readonly now: Float64Array;
  /** By preference: position of the port used now, or -1. */
  private readonly used: Int32Array;
  private readonly affinity: Int32Array;
  /** By position: monotonic ns since when the port has been usable without a break. */
  private readonly cleanSinceNs: Float64Array;
  private readonly wasUsable: Uint8Array;
  /** By preference: 1 once its own port has carried it. */
  private readonly hadPreferred: Uint8Array;

  /** @param instruments how many there are */
  constructor(
    index: number,
    options: GroupOptions,
    ports: readonly OrderPort[],
    instruments: number,
    owner: GroupOwner,
    now: Float64Array,
  ) {
    this.index = index;
    this.name = options.name;
    this.options = options;
    this.ports = ports;
    this.owner = owner;
    this.now = now;
    this.used = new Int32Array(ports.length).fill(NONE);
    this.cleanSinceNs = new Float64Array(ports.length);
    this.wasUsable = new Uint8Array(ports.length);
    this.hadPreferred = new Uint8Array(ports.length);
    this.affinity = new Int32Array(instruments);
    if (options.policy === 'hot-hot') {
      for (let i = 0; i < instruments; i++) this.affinity[i] = options.affinity?.[i] ?? i % ports.length;
    }
  }

  /** Position in {@link ports} of the port that a new order of the instrument takes, or -1. Hot. */
  pick(instrument: number): number {
    return this.used[this.affinity[instrument]];
  }

  /** True if any new order can go out. */
  get open(): boolean {
    for (let i = 0; i < this.used.length; i++) if (this.used[i] !== NONE) return true;
    return false;
  }

  /** Port that orders of the first preference take, if any. */
  get leading(): OrderPort | undefined {
    return this.used[0] < 0 ? undefined : this.ports[this.used[0]];
  }

  /** Every preference is carried by the port that it prefers. */
  get preferred(): boolean {
    for (let i = 0; i < this.preferences; i++) if (this.used[i] !== i) return false;
    return true;
  }

  has(port: OrderPort): boolean {
    return this.ports.includes(port);
  }

  /** A port's usability may have changed: looks at every route anew. */
  review(): void {
    const { ports, wasUsable } = this;
    for (let i = 0; i < ports.length; i++) {
      const usable = ports[i].usable ? 1 : 0;
      if (usable !== 0 && wasUsable[i] === 0) this.cleanSinceNs[i] = this.now[0];
      wasUsable[i] = usable;
    }
    for (let preference = 0; preference < this.preferences; preference++) this.reroute(preference);
    this.markActive();
  }

  /** Lets a failback become due. @returns how much was done */
  turn(): number {
    const { failback } = this.options;
    if (typeof failback === 'string') return 0;
    for (let preference = 0; preference < this.preferences; preference++) {
      const current = this.used[preference];
      const target = current < 0 ? NONE : this.better(preference, current);
      if (target < 0 || this.now[0] - this.cleanSinceNs[target] < failback.afterNs) continue;
      this.move(preference, target, Evidence.failback);
      this.markActive();
      return 1;
    }
    return 0;
  }

  /** An operator returns every route to the port it prefers, as far as that is usable. @returns how many moved */
  failBack(): number {
    let moved = 0;
    for (let preference = 0; preference < this.preferences; preference++) {
      const current = this.used[preference];
      const target = current < 0 ? NONE : this.better(preference, current);
      if (target < 0) continue;
      this.move(preference, target, Evidence.operator);
      moved++;
    }
    this.markActive();
    return moved;
  }

  private get preferences(): number {
    return this.options.policy === 'hot-hot' ? this.ports.length : 1;
  }

  private reroute(preference: number): void {
    const current = this.used[preference];
    if (current >= 0 && this.ports[current].usable) {
      // at the start ports get ready one after the other: the first time at the preferred one is no failback
      const preferred = this.hadPreferred[preference] === 0 ? this.better(preference, current) : NONE;
      if (preferred >= 0) this.move(preference, preferred, Evidence.none);
      return;
    }
    const next = this.firstUsable(preference);
    if (next !== current) this.move(preference, next, current < 0 ? Evidence.none : this.evidenceOn(current));
  }

  private move(preference: number, to: number, evidence: number): void {
    const from = this.used[preference];
    this.used[preference] = to;
    if (to === preference) this.hadPreferred[preference] = 1;
    this.owner.routed(
      this,
      preference,
      from < 0 ? NONE : this.ports[from].index,
      to < 0 ? NONE : this.ports[to].index,
      evidence,
    );
  }

  /** In the group's order, beginning with the preferred one. */
  private firstUsable(preference: number): number {
    const { ports } = this;
    for (let step = 0; step < ports.length; step++) {
      const at = (preference + step) % ports.length;
      if (ports[at].usable) return at;
    }
    return NONE;
  }

  /** A usable port that comes before the one used now, or -1. */
  private better(preference: number, current: number): number {
    const { ports } = this;
    for (let step = 0; step < ports.length; step++) {
      const at = (preference + step) % ports.length;
      if (at === current) return NONE;
      if (ports[at].usable) return at;
    }
    return NONE;
  }

  /** What the port's last session said when it failed. */
  private evidenceOn(position: number): number {
    const { sessions } = this.ports[position];
    let latest = 0;
    for (let i = 1; i < sessions.length; i++) {
      if (sessions[i].cells[Cell.evidenceNs] > sessions[latest].cells[Cell.evidenceNs]) latest = i;
    }
    return sessions[latest].cells[Cell.evidence];
  }

  private markActive(): void {
    const { ports } = this;
    for (let i = 0; i < ports.length; i++) {
      const { holder } = ports[i];
      if (holder?.usable === true) holder.enter(this.used.includes(i) ? ACTIVE : WARM);
    }
  }
}
