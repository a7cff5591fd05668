import { FillHeader } from '../order/fill-layout.ts';
import { GatewayCell } from '../order/gateway-parts.ts';
import type { LedgerCells } from '../order/ledger-cells.ts';
import { PositionCell, TotalCell } from '../order/ledger-layout.ts';
import { LIMIT_TABLE } from '../order/limit-table.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { RiskLimits } from '../order/risk-limits.ts';
import { RefusalReason } from '../order/risk-reason.ts';
import { SCOPE_NAMES, Scope } from '../order/scope.ts';
import { SessionCell } from '../order/session-cells.ts';
import { SourceCell, SourceState } from '../order/source-cells.ts';
import { Evidence, OrderState, SessionState } from '../order/terms.ts';
import { latencyView } from './latency-view.ts';
import { doubtAges } from './order-ages.ts';
import type { AccountView, DropCopyView, GroupView, OrdersView, PositionView, SessionView } from './status-model.ts';

/** What a reader of the order half is given: names, and where the figures lie. */
export interface OrdersSource {
  readonly day: number;
  readonly accounts: readonly string[];
  readonly instruments: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    readonly policy: string;
    readonly ports: readonly number[];
  }[];
  readonly ports: readonly {
    readonly name: string;
    readonly sessions: readonly { readonly name: string; readonly host: string; readonly cells: Float64Array }[];
  }[];
  /** `SourceCell`s; absent where the config has none. */
  readonly dropCopy?: { readonly name: string; readonly cells: Float64Array };
  /** Absent in a copy of the router's memory: it is too large for one. */
  readonly store: OrderStore | undefined;
  readonly ledger: LedgerCells;
  /** Orders that are done, by `OrderState`. */
  readonly ended: Float64Array;
  /** The fill table, or its header alone. */
  readonly fills: ArrayBufferLike;
  readonly limits: RiskLimits;
  readonly gatewayCells: Float64Array;
  /** Counters of refusals and their names (`Refusals.counterNames`). */
  readonly refusals: Float64Array;
  readonly refusalNames: readonly string[];
  /** Evidence → first order sent another way. */
  readonly switchTimes: Float64Array;
  readonly durability: string;
  /** Reads the journal's standing: bytes published, bytes on the disk, trouble in words. */
  journal(): { readonly records: number; readonly lagBytes: number; readonly trouble: string };
  /** What the kill file says. */
  switches(): Switches;
}

/** What operators hold back. */
export interface Switches {
  /** Everything is killed. */
  readonly killed: boolean;
  /** Names of the strategies that are paused. */
  readonly paused: readonly string[];
}

const MONEY_UNIT = 10_000;
const NS_PER_US = 1000;
const RATE_WINDOW_NS = 1e9;
const LIMITS_SHOWN = 8;
/** Whose orders and positions the ledger sums up. */
const SUMMED_SCOPES = [Scope.global, Scope.venue, Scope.account, Scope.strategy] as const;
const POSITIONS_SHOWN = 32;

/** The kinds of evidence in words, for people. */
export const EVIDENCE_WORDS: Readonly<Record<keyof typeof Evidence, string>> = {
  none: '',
  reset: 'connection reset',
  closedByPeer: 'closed by the venue',
  missedHeartbeats: 'nothing heard',
  stalledWrites: 'takes no bytes',
  venueReject: 'rejected by the venue',
  operator: 'by the operator',
  ackDeadline: 'an order went unanswered',
  loginRejected: 'login refused',
  endOfSession: 'session ended by the venue',
  protocolError: 'broke the protocol',
  connectFailed: 'no connection',
  kernelUserTimeout: 'bytes went unacknowledged',
  failback: 'failback',
  stopped: 'stopped',
};

export function evidenceWords(evidence: number): string {
  return EVIDENCE_WORDS[nameOf(Evidence, evidence) as keyof typeof Evidence] ?? '';
}

function dropCopyView({ name, cells }: NonNullable<OrdersSource['dropCopy']>, nowNs: number): DropCopyView {
  return {
    name,
    state: nameOf(SourceState, cells[SourceCell.state]) as DropCopyView['state'],
    heardAgoNs: cells[SourceCell.heardNs] === 0 ? Number.NaN : nowNs - cells[SourceCell.heardNs],
    records: cells[SourceCell.records],
    executions: cells[SourceCell.executions],
    logins: cells[SourceCell.logins],
  };
}

/** Reads the order half's shared memory into what the status view shows. Main thread only. */
export class OrdersReader {
  private source: OrdersSource;
  private rate = { nowNs: 0, entered: 0, perSecond: 0 };

  constructor(source: OrdersSource) {
    this.source = source;
  }

  /** Goes on with another copy of the same router's memory. */
  attach(source: OrdersSource): void {
    this.source = source;
  }

  /** @param nowNs monotonic ns */
  read(nowNs: number): OrdersView {
    const { source } = this;
    const { gatewayCells, ledger } = source;
    const total = ledger.total(Scope.global, 0);
    const entered = gatewayCells[GatewayCell.entered];
    const ages = source.store === undefined ? undefined : doubtAges(source.store, nowNs);
    const failover = latencyView('evidence → first order on the peer', source.switchTimes);
    return {
      day: source.day,
      phase: phaseOf(gatewayCells),
      ...source.switches(),
      groups: source.groups.map((group) => this.group(group, nowNs)),
      sessions: source.ports.flatMap((port, index) => this.sessions(port, index, nowNs)),
      ...(source.dropCopy === undefined ? {} : { dropCopy: dropCopyView(source.dropCopy, nowNs) }),
      accounts: source.accounts.map((name, account) => this.account(name, account)),
      positions: this.positions(),
      entered,
      enteredPerSecond: this.perSecond(nowNs, entered),
      open: ledger.cells[total + TotalCell.openOrders],
      unknown: ledger.cells[total + TotalCell.unknownOrders],
      blind: ledger.cells[total + TotalCell.blindOrders],
      oldestUnknownNs: ages?.unknownNs,
      oldestBlindNs: ages?.blindNs,
      fills: new Int32Array(source.fills)[FillHeader.count],
      rejected: source.ended[OrderState.rejected],
      cancelled: source.ended[OrderState.cancelled],
      refusals: this.refusals(),
      limits: this.limits(),
      failovers: failover.count,
      failover,
      journal: { durability: source.durability, ...source.journal() },
    };
  }

  private group(group: OrdersSource['groups'][number], nowNs: number): GroupView {
    const sessions = group.ports.flatMap((port) => this.source.ports[port].sessions);
    const routes = sessions
      .filter(({ cells }) => cells[SessionCell.state] === SessionState.active)
      .map(({ name }) => name);
    let latest: Float64Array | undefined;
    let failures = 0;
    for (const { cells } of sessions) {
      failures += cells[SessionCell.losses] + cells[SessionCell.suspicions];
      const at = cells[SessionCell.evidenceNs];
      if (at > 0 && (latest === undefined || at > latest[SessionCell.evidenceNs])) latest = cells;
    }
    return {
      name: group.name,
      policy: group.policy,
      routes,
      switches: Math.min(failures, this.source.gatewayCells[GatewayCell.routes]),
      lastEvidence: latest === undefined ? '' : evidenceWords(latest[SessionCell.evidence]),
      lastSwitchAgoNs: latest === undefined ? Number.NaN : nowNs - latest[SessionCell.evidenceNs],
    };
  }

  private sessions(port: OrdersSource['ports'][number], index: number, nowNs: number): SessionView[] {
    const group = this.source.groups.find(({ ports }) => ports.includes(index))?.name ?? '';
    return port.sessions.map(({ name, host, cells }) => ({
      name,
      group,
      port: port.name,
      host,
      state: nameOf(SessionState, cells[SessionCell.state]) as SessionView['state'],
      evidence: evidenceWords(cells[SessionCell.evidence]),
      heardAgoNs: cells[SessionCell.heardNs] === 0 ? Number.NaN : nowNs - cells[SessionCell.heardNs],
      roundTripNs: known(cells[SessionCell.roundTripUs] * NS_PER_US),
      answerP999Ns: known(cells[SessionCell.ackTailNs]),
      ackDeadlineNs: cells[SessionCell.ackDeadlineNs],
      unanswered: cells[SessionCell.unanswered],
      losses: cells[SessionCell.losses],
      logins: cells[SessionCell.logins],
    }));
  }

  private account(name: string, account: number): AccountView {
    const { cells } = this.source.ledger;
    const at = this.source.ledger.total(Scope.account, account);
    const net = cells[at + TotalCell.netValue4];
    const cash = cells[at + TotalCell.cash4];
    const used = cells[at + TotalCell.marginUsed4];
    return {
      name,
      realised: money(cells[at + TotalCell.realised4]),
      unrealised: money(net - cells[at + TotalCell.cost4]),
      marginUsed: money(used),
      marginFree: money(cash + net - used),
      gross: money(cells[at + TotalCell.grossValue4]),
      net: money(net),
    };
  }

  /** Positions that are not flat, and those that orders may still open. */
  private positions(): PositionView[] {
    const { ledger, accounts, instruments } = this.source;
    const { cells } = ledger;
    const shown: PositionView[] = [];
    accounts.forEach((name, account) => {
      instruments.forEach((symbol, instrument) => {
        const at = ledger.ofAccount(account, instrument);
        const shares = cells[at + PositionCell.position];
        const openBuy = cells[at + PositionCell.openBuyShares];
        const openSell = cells[at + PositionCell.openSellShares];
        const realised = cells[at + PositionCell.realised4];
        if (shares === 0 && openBuy === 0 && openSell === 0 && realised === 0) return;
        if (shown.length >= POSITIONS_SHOWN) return;
        const cost = cells[at + PositionCell.cost4];
        shown.push({
          account: name,
          symbol,
          shares,
          averagePrice: shares === 0 ? Number.NaN : money(cost / shares),
          openBuy,
          openSell,
          realised: money(realised),
          unrealised: money(cells[at + PositionCell.value4] - cost),
        });
      });
    });
    return shown;
  }

  private refusals(): OrdersView['refusals'] {
    const counts = new Map<string, number>();
    this.source.refusalNames.forEach((name, cell) => {
      const reason = name.slice(name.lastIndexOf('.') + 1);
      const count = this.source.refusals[cell];
      if (count > 0 && reason in RefusalReason) counts.set(reason, (counts.get(reason) ?? 0) + count);
    });
    return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
  }

  /** How near open orders and exposure are to their bounds, at every scope that has sums: the nearest first. */
  private limits(): OrdersView['limits'] {
    const { limits } = this.source;
    return SUMMED_SCOPES.flatMap((scope) =>
      Array.from({ length: limits.rows.size(scope) }, (_, index) => this.limitsOf(scope, index)).flat(),
    )
      .sort((a, b) => b.value / b.bound - a.value / a.bound)
      .slice(0, LIMITS_SHOWN);
  }

  private limitsOf(scope: Scope, index: number): OrdersView['limits'] {
    const { ledger, limits } = this.source;
    const at = ledger.total(scope, index);
    const used: Readonly<Record<string, number>> = {
      maxOpenOrders: ledger.cells[at + TotalCell.openOrders],
      maxGrossExposure: ledger.cells[at + TotalCell.grossValue4],
      maxNetExposure: Math.abs(ledger.cells[at + TotalCell.netValue4]),
    };
    const of = `${SCOPE_NAMES[scope]} ${limits.rows.name(scope, index)}`.trim();
    return LIMIT_TABLE.filter(({ name }) => name in used)
      .map(({ id, name, unit }) => {
        const scale = unit === 'value4' ? MONEY_UNIT : 1;
        return { limit: name, scope: of, value: used[name] / scale, bound: limits.value(id, scope, index) / scale };
      })
      .filter(({ bound }) => Number.isFinite(bound) && bound > 0);
  }

  private perSecond(nowNs: number, entered: number): number {
    const { rate } = this;
    const elapsedNs = nowNs - rate.nowNs;
    if (rate.nowNs === 0 || elapsedNs >= RATE_WINDOW_NS) {
      const perSecond = rate.nowNs === 0 ? 0 : ((entered - rate.entered) / elapsedNs) * 1e9;
      this.rate = { nowNs, entered, perSecond };
    }
    return this.rate.perSecond;
  }

  /** What said last of each session that it failed, and when (monotonic ns). */
  lastTroubles(): { readonly session: string; readonly evidence: string; readonly atNs: number }[] {
    const sessions = this.source.ports.flatMap((port) => port.sessions);
    return sessions.flatMap(({ name, cells }) => {
      const atNs = cells[SessionCell.evidenceNs] ?? 0;
      return atNs > 0 ? [{ session: name, evidence: evidenceWords(cells[SessionCell.evidence]), atNs }] : [];
    });
  }
}

function phaseOf(cells: Float64Array): OrdersView['phase'] {
  if (cells[GatewayCell.daySealed] === 1) return 'sealed';
  if (cells[GatewayCell.dayEnded] !== 0) return 'ended';
  return (['trading', 'draining', 'drained'] as const)[cells[GatewayCell.drain]] ?? 'trading';
}

function nameOf(table: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(table).find((name) => table[name] === code) ?? String(code);
}

function known(ns: number): number {
  return ns > 0 ? ns : Number.NaN;
}

function money(value4: number): number {
  return value4 / MONEY_UNIT;
}
