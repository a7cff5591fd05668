import { formatCount, formatNs, formatRate, formatShort } from '../status/quantities.ts';
import type { GroupView, OrdersView, SessionView } from '../status/status-model.ts';
import { type FrameLine, type Piece, piece, type Style, spread, table } from './status-frame.ts';

/** Draws the order half of a status model: sessions, groups, orders, positions, and what was refused. */

const INDENT = 2;
const SEPARATOR = ' · ';
const TIME_WIDTH = 7;
const MONEY_WIDTH = 9;
const REFUSALS_SHOWN = 4;

const STATE_STYLES: Readonly<Record<SessionView['state'], Style>> = {
  active: 'good',
  warm: 'good',
  primed: 'good',
  replaying: 'warning',
  loggingOn: 'warning',
  connecting: 'warning',
  suspect: 'bad',
  down: 'bad',
  ended: 'bad',
};

/** Title, counts and the sessions of the order half. */
export function ordersBlock(orders: OrdersView, width: number): FrameLine[] {
  const left = [
    piece('orders', 'strong'),
    piece('  '),
    orders.killed
      ? piece('KILLED', 'bad')
      : piece(orders.phase.toUpperCase(), orders.phase === 'trading' ? 'good' : 'warning'),
    piece(`  day ${orders.day}`),
    ...(orders.paused.length === 0 ? [] : [piece(`  PAUSED ${orders.paused.join(', ')}`, 'warning')]),
  ];
  const right = joined([
    ...orders.groups.map((group) => [piece(`${group.name} → `), route(group)]),
    [piece(formatRate(orders.enteredPerSecond), 'strong')],
    [piece(`journal ${orders.journal.durability}`, orders.journal.trouble === '' ? undefined : 'bad')],
  ]);
  const title = spread(left, right, width);
  return [
    title,
    ...(title === left ? [[piece('  '), ...right]] : []),
    [piece('  '), ...joined(counts(orders))],
    ...(orders.journal.trouble === '' ? [] : [[piece('  '), piece(`JOURNAL: ${orders.journal.trouble}`, 'bad')]]),
    ...sessionTable(orders, width),
    ...dropCopyLine(orders),
  ];
}

function counts(orders: OrdersView): Piece[][] {
  const count = (label: string, n: number, style?: Style) => [
    piece(`${label} `, 'label'),
    piece(formatCount(n), n > 0 ? style : undefined),
  ];
  const refused = orders.refusals.reduce((sum, one) => sum + one.count, 0);
  const why = orders.refusals.slice(0, REFUSALS_SHOWN).map(({ reason, count: n }) => `${reason} ${formatShort(n)}`);
  return [
    count('entered', orders.entered),
    count('open', orders.open),
    count('unknown', orders.unknown, 'bad'),
    count('blind', orders.blind, 'bad'),
    count('fills', orders.fills),
    count('failovers', orders.failovers, 'warning'),
    [...count('refused', refused, 'warning'), ...(why.length > 0 ? [piece(` (${why.join(', ')})`, 'dim')] : [])],
  ];
}

function route(group: GroupView): Piece {
  return group.routes.length === 0 ? piece('nowhere', 'bad') : piece(group.routes.join(', '), 'good');
}

function joined(groups: readonly (readonly Piece[])[]): Piece[] {
  return groups.flatMap((group, i) => (i === 0 ? [...group] : [piece(SEPARATOR, 'dim'), ...group]));
}

function sessionTable(orders: OrdersView, width: number): FrameLine[] {
  const rows = orders.sessions.map((one) => [
    piece(one.name, 'strong'),
    piece(one.state, STATE_STYLES[one.state]),
    piece(one.host),
    piece(formatNs(one.roundTripNs)),
    piece(formatNs(one.answerP999Ns)),
    piece(formatNs(one.ackDeadlineNs)),
    piece(formatShort(one.unanswered), one.unanswered > 0 ? 'warning' : undefined),
    piece(formatShort(one.losses), one.losses > 0 ? 'warning' : undefined),
    piece(formatShort(one.logins)),
    piece(formatNs(one.heardAgoNs)),
    piece(one.evidence),
  ]);
  const column = (title: string, drop = 0, least = 0) => ({ title, align: 'right' as const, drop, least });
  return table(
    [
      { title: 'session', align: 'left' },
      { title: 'state', align: 'left', least: 'replaying'.length },
      { title: 'host', align: 'left', drop: 5 },
      column('rtt', 3, TIME_WIDTH),
      column('answer p99.9', 2, TIME_WIDTH),
      column('deadline', 4, TIME_WIDTH),
      column('unanswered'),
      column('losses'),
      column('logins', 1),
      column('heard', 6, TIME_WIDTH),
      { title: 'last trouble', align: 'left' },
    ],
    rows,
    width,
    INDENT,
  );
}

function dropCopyLine({ dropCopy }: OrdersView): FrameLine[] {
  if (dropCopy === undefined) return [];
  const { name, state, executions, heardAgoNs } = dropCopy;
  return [
    [
      piece('  '),
      ...joined([
        [
          piece('drop copy ', 'label'),
          piece(`${name} `, 'strong'),
          piece(state, state === 'live' ? 'good' : 'warning'),
        ],
        [piece('executions ', 'label'), piece(formatCount(executions))],
        [piece('heard ', 'label'), piece(formatNs(heardAgoNs))],
      ]),
    ],
  ];
}

/** Positions of every account, and what each account has made and uses. */
export function positionTable(orders: OrdersView, width: number): FrameLine[] {
  const rows = [
    ...orders.positions.map((one) => [
      piece(one.account),
      piece(one.symbol, 'strong'),
      piece(formatCount(one.shares)),
      piece(money(one.averagePrice)),
      piece(formatCount(one.openBuy)),
      piece(formatCount(one.openSell)),
      gain(one.realised),
      gain(one.unrealised),
      piece(''),
      piece(''),
    ]),
    ...orders.accounts.map((one) => [
      piece(one.name, 'strong'),
      piece('all'),
      piece(''),
      piece(''),
      piece(''),
      piece(''),
      gain(one.realised),
      gain(one.unrealised),
      piece(money(one.marginUsed)),
      piece(money(one.marginFree), one.marginFree < 0 ? 'bad' : undefined),
    ]),
  ];
  const column = (title: string, drop = 0) => ({ title, align: 'right' as const, drop, least: MONEY_WIDTH });
  return table(
    [
      { title: 'account', align: 'left' },
      { title: 'symbol', align: 'left' },
      column('position'),
      column('average', 3),
      column('buying', 2),
      column('selling', 2),
      column('realised'),
      column('unrealised'),
      column('margin', 1),
      column('free', 1),
    ],
    rows,
    width,
    INDENT,
  );
}

function gain(amount: number): Piece {
  return piece(money(amount), amount < 0 ? 'warning' : amount > 0 ? 'good' : undefined);
}

function money(amount: number): string {
  if (!Number.isFinite(amount)) return '-';
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** The order half in a line for a pipe. */
export function ordersLine(orders: OrdersView): string[] {
  return [
    ...orders.groups.map(({ name, routes }) => `orders ${name} on ${routes.join('+') || 'nothing'}`),
    ...orders.sessions.map(({ name, state }) => `${name} ${state}`),
    ...(orders.dropCopy === undefined ? [] : [`drop copy ${orders.dropCopy.state}`]),
    `entered ${orders.entered} open ${orders.open} unknown ${orders.unknown} blind ${orders.blind} fills ${orders.fills}`,
    `failovers ${orders.failovers}`,
  ];
}

/** The order half of a whole run, for its end. */
export function ordersSummary(orders: OrdersView): string[] {
  const refused = orders.refusals.map(({ reason, count }) => `${reason} ${formatCount(count)}`);
  const out = [
    `  orders of ${orders.day}: ${formatCount(orders.entered)} entered, ${formatCount(orders.fills)} fills, ${formatCount(orders.cancelled)} cancelled, ${formatCount(orders.rejected)} rejected; open ${formatCount(orders.open)}, unknown ${formatCount(orders.unknown)}, blind ${formatCount(orders.blind)}`,
    `    refused before sending: ${refused.length === 0 ? 'none' : refused.join(', ')}`,
  ];
  if (orders.failovers > 0) {
    const { p50Ns, maxNs } = orders.failover;
    out.push(
      `    failovers ${formatCount(orders.failovers)}: from the evidence to the first order on the new way ${formatNs(p50Ns)} (p50), ${formatNs(maxNs)} (max)`,
    );
  }
  for (const one of orders.sessions) {
    const trouble = one.evidence === '' ? '' : `, last trouble: ${one.evidence}`;
    out.push(
      `    session ${one.name}: ${one.state}, ${formatCount(one.losses)} losses, ${formatCount(one.logins)} logins${trouble}`,
    );
  }
  if (orders.dropCopy !== undefined) {
    const { name, state, records, executions, logins } = orders.dropCopy;
    out.push(
      `    drop copy ${name}: ${state}, ${formatCount(records)} records, ${formatCount(executions)} of them executions, ${formatCount(logins)} logins`,
    );
  }
  for (const one of orders.accounts) {
    out.push(
      `    account ${one.name}: realised ${money(one.realised)}, unrealised ${money(one.unrealised)}, margin used ${money(one.marginUsed)}`,
    );
  }
  return out;
}
