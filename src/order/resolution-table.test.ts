import { describe, expect, test } from 'vitest';
import { Effect } from './resolution-effect.ts';
import { Doubt, RESOLUTIONS, type Resolution, resolutionRow, VenueEvidence } from './resolution-table.ts';
import { OrderFlag, OrderState } from './terms.ts';
import { GatewayRig } from './testing/gateway-rig.ts';
import { nameOf } from './testing/port-rig.ts';
import { ReportKind, ReportReason, VenueReport } from './venue-report.ts';

const PRICE4 = 1_000_000;
const SHARES = 100;
const EXECUTED = 40;
/** Evidence that only a venue with probes gives. */
const BY_PROBE: readonly number[] = [VenueEvidence.probeAnswered, VenueEvidence.probeSilent];
const DOUBTFUL = OrderFlag.unknown | OrderFlag.blind;

/** An order in that doubt: its host is dead. */
function inDoubt(doubt: number, evidence: number): GatewayRig {
  const probes = BY_PROBE.includes(evidence);
  const rig = new GatewayRig({
    shape: [1, 1],
    rules: probes ? { barrier: 'probe', refsMustRise: false } : {},
    resends: evidence === VenueEvidence.neverArrivedSendAgain,
  }).pass(5);
  const [host] = rig.hosts[0];
  if (doubt === Doubt.entered) host.frozen = true;
  expect(rig.enter({ shares: SHARES, price4: PRICE4 })).toBe(1);
  rig.pass(1);
  const [order] = rig.venues[0].orders;
  if (doubt === Doubt.partFilled) rig.venues[0].execute(order, EXECUTED);
  rig.pass(1);
  host.frozen = true;
  if (doubt === Doubt.replace) expect(rig.gateway.replace(0, 1, 200, PRICE4 - 100)).toBe(0);
  if (doubt === Doubt.cancel) expect(rig.gateway.cancel(0, 1)).toBe(0);
  host.kill();
  rig.pass(1);
  expect(rig.field(1, 'flags') & DOUBTFUL).not.toBe(0);
  return rig;
}

/** Lets the venue, or another source, say what the row is about. */
function bring(rig: GatewayRig, doubt: number, evidence: number): void {
  const [venue] = rig.venues;
  const [host] = rig.hosts[0];
  const ref = rig.field(1, 'ref');
  const asked = doubt === Doubt.replace ? rig.field(1, 'pendingRef') : ref;
  const open = rig.field(1, 'leaves');
  if (evidence === VenueEvidence.dropCopyExecuted || evidence === VenueEvidence.dropCopyDone) {
    const report = new VenueReport();
    const executed = evidence === VenueEvidence.dropCopyExecuted;
    Object.assign(report, { kind: executed ? ReportKind.executed : ReportKind.cancelled, ref, matchLo: 77 });
    Object.assign(report, { shares: executed ? 10 : open, price4: executed ? PRICE4 : 0 });
    rig.loop.routes.evidence(1, 0, report);
    return;
  }
  if (evidence === VenueEvidence.portDead) {
    rig.pass(500);
    return;
  }
  switch (evidence) {
    case VenueEvidence.accepted:
      venue.lastRef = ref;
      venue.say(ReportKind.accepted, ref, 0, 0, SHARES, PRICE4);
      break;
    case VenueEvidence.acceptedDead:
      venue.say(ReportKind.acceptedDead, ref, 0, 0, 0, PRICE4);
      break;
    case VenueEvidence.rejected:
      venue.say(ReportKind.rejected, asked, 0, 0, 0, 0, 0, ReportReason.price);
      break;
    case VenueEvidence.executed:
      venue.say(ReportKind.executed, ref, 0, 0, open, PRICE4, 9);
      break;
    case VenueEvidence.cancelled:
      venue.say(ReportKind.cancelled, ref, 0, 0, open, 0, 0, ReportReason.byUser);
      break;
    case VenueEvidence.replaced:
      venue.say(ReportKind.replaced, asked, ref, 0, 200, PRICE4 - 100);
      break;
    case VenueEvidence.replacedDead:
      venue.say(ReportKind.replacedDead, asked, ref, 0, 0, PRICE4 - 100);
      break;
    case VenueEvidence.cancelRejected:
      venue.say(ReportKind.cancelRejected, ref);
      break;
    case VenueEvidence.passedOver:
      venue.lastRef = asked;
      break;
    case VenueEvidence.probeSilent:
      venue.orders.push({
        port: venue,
        ref: asked,
        side: 0,
        price4: 0,
        total: 0,
        executed: 0,
        live: false,
        refs: [asked],
      });
      break;
    case VenueEvidence.messagesMissing:
      venue.lastRef = asked;
      venue.say(ReportKind.startOfDay);
      venue.forgotten = venue.log.length;
      break;
    case VenueEvidence.dayOver:
      venue.say(ReportKind.endOfDay);
      break;
    case VenueEvidence.time:
      venue.mute = true;
      break;
  }
  host.down = false;
  rig.pass(evidence === VenueEvidence.time ? 5600 : 1000, 1);
}

/** State and flags that the row's words mean. */
function expected(row: Resolution): readonly string[] {
  const { doubt, evidence, effect } = row;
  if (effect === Effect.rejected) return ['rejected'];
  if (effect === Effect.expired) return ['expired'];
  if (effect === Effect.sentAgain) return ['live'];
  if (effect === Effect.stays) {
    if (doubt === Doubt.entered) return ['sent unknown'];
    const missed = evidence === VenueEvidence.messagesMissing ? ' missed' : '';
    if (doubt === Doubt.replace) return [`live pendingReplace unknown${missed}`, 'live pendingReplace unknown blind'];
    if (doubt === Doubt.cancel) return [`live pendingCancel unknown${missed}`, 'live pendingCancel unknown blind'];
    return [`${nameOf(OrderState, STATE_OF[doubt]!)} blind`];
  }
  if (effect === Effect.unknown) return [`${nameOf(OrderState, STATE_OF[doubt]!)} unknown missed`];
  if (effect !== Effect.byMessage) return [doubt === Doubt.partFilled ? 'partFilled' : 'live'];
  if (evidence === VenueEvidence.dropCopyExecuted) {
    return [doubt === Doubt.entered ? 'partFilled unknown' : 'partFilled blind', 'partFilled blind'];
  }
  const ends: Readonly<Record<number, string>> = {
    [VenueEvidence.executed]: 'filled',
    [VenueEvidence.cancelled]: 'cancelled',
    [VenueEvidence.acceptedDead]: 'cancelled',
    [VenueEvidence.replacedDead]: 'cancelled',
    [VenueEvidence.dropCopyDone]: 'cancelled',
  };
  if (evidence === VenueEvidence.rejected) return [doubt === Doubt.replace ? 'live' : 'rejected'];
  return [ends[evidence] ?? 'live'];
}

const STATE_OF: Readonly<Record<number, number>> = {
  [Doubt.entered]: OrderState.sent,
  [Doubt.live]: OrderState.live,
  [Doubt.partFilled]: OrderState.partFilled,
};

describe('each row of the resolution table', () => {
  test.each(
    RESOLUTIONS.map((row) => [nameOf(Doubt, row.doubt), nameOf(VenueEvidence, row.evidence), row.result, row] as const),
  )('%s, %s: %s', (_doubt, _evidence, _result, row) => {
    const rig = inDoubt(row.doubt, row.evidence);
    const reserved = rig.field(1, 'reservedShares');
    bring(rig, row.doubt, row.evidence);
    expect(expected(row)).toContain(rig.state(1));
    expect(rig.loop.routes.rows[row.row]).toBeGreaterThan(0);
    if (row.effect === Effect.stays || row.effect === Effect.unknown)
      expect(rig.field(1, 'reservedShares')).toBe(reserved);
    if (row.effect === Effect.rejected || row.effect === Effect.expired) expect(rig.field(1, 'reservedShares')).toBe(0);
    expect(rig.folded().equals(rig.bytes())).toBe(true);
  });

  test('a pair has one row, and every row says what, and why that is safe', () => {
    const pairs = RESOLUTIONS.map(({ doubt, evidence }) => `${doubt}/${evidence}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    for (const { row, doubt, evidence, result, reason } of RESOLUTIONS) {
      expect(resolutionRow(doubt, evidence)).toBe(row);
      expect(result.length).toBeGreaterThan(3);
      expect(reason.length).toBeGreaterThan(15);
    }
  });

  test('no row guesses: what rests on no evidence leaves the order as doubtful as it was', () => {
    const silent: readonly number[] = [VenueEvidence.time, VenueEvidence.portDead];
    for (const row of RESOLUTIONS) if (silent.includes(row.evidence)) expect(row.effect).toBe(Effect.stays);
  });
});
