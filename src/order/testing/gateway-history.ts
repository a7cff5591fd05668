import type { SlotField } from '../order-layout.ts';
import { isDone, OrderFlag, OrderState, Side, TimeInForce } from '../terms.ts';
import { GatewayRig, type GatewayRigOptions } from './gateway-rig.ts';

/** One step of a history. `a`, `b` choose among what there is. */
export interface Step {
  readonly kind: StepKind;
  readonly a: number;
  readonly b: number;
}

export const STEPS = [
  'enter',
  'enter',
  'enter',
  'immediate',
  'replace',
  'cancel',
  'execute',
  'execute',
  'venueCancel',
  'pass',
  'pass',
  'passLong',
  'freeze',
  'thaw',
  'kill',
  'revive',
  'reset',
  'close',
  'cut',
  'slowSocket',
  'restart',
] as const;
export type StepKind = (typeof STEPS)[number];

const HEAL_MS = 60_000;
const PRICE4 = 1_000_000;

/** Plays a history against a gateway rig, heals everything at its end, and says what is not as it must be. */
export function playHistory(options: GatewayRigOptions, steps: readonly Step[]): { rig: GatewayRig; wrong: string[] } {
  const rig = new GatewayRig(options);
  rig.pass(20);
  const wrong: string[] = [];
  for (const step of steps) {
    take(rig, step);
    wrong.push(...bounds(rig));
  }
  heal(rig);
  return { rig, wrong: [...wrong, ...differences(rig)] };
}

function take(rig: GatewayRig, { kind, a, b }: Step): void {
  const host = rig.hosts.flat()[a % rig.hosts.flat().length];
  const orders = rig.store.count;
  const order = orders === 0 ? 0 : 1 + (a % orders);
  const venue = rig.venues[a % rig.venues.length];
  const live = venue.liveOrders;
  const chosen = live[b % Math.max(1, live.length)];
  switch (kind) {
    case 'enter':
    case 'immediate':
      rig.enter({
        side: b % 2 === 0 ? Side.buy : Side.sell,
        shares: 100 + (a % 7) * 10,
        // buys below and sells above: nothing of ours meets
        price4: b % 2 === 0 ? PRICE4 - 100 * (1 + (a % 50)) : PRICE4 + 100 * (1 + (a % 50)),
        tif: kind === 'enter' ? TimeInForce.day : TimeInForce.immediateOrCancel,
      });
      break;
    case 'replace':
      if (order > 0) {
        const buys = rig.field(order, 'side') === Side.buy;
        rig.gateway.replace(
          0,
          order,
          50 + (b % 200),
          buys ? PRICE4 - 100 * (1 + (b % 60)) : PRICE4 + 100 * (1 + (b % 60)),
        );
      }
      break;
    case 'cancel':
      if (order > 0) rig.gateway.cancel(0, order);
      break;
    case 'execute':
      if (chosen !== undefined) venue.execute(chosen, 1 + (b % 120));
      break;
    case 'venueCancel':
      if (chosen !== undefined) venue.cancelOrder(chosen);
      break;
    case 'pass':
      rig.pass(1 + (a % 4));
      break;
    case 'passLong':
      rig.pass(20 + (a % 2000), 5);
      break;
    case 'freeze':
      host.frozen = true;
      break;
    case 'thaw':
      host.thaw();
      break;
    case 'kill':
      host.kill();
      break;
    case 'revive':
      host.down = false;
      break;
    case 'reset':
      host.open.at(-1)?.reset();
      break;
    case 'close':
      host.open.at(-1)?.closeByPeer();
      break;
    case 'cut': {
      const stream = host.open.at(-1);
      if (stream !== undefined) stream.cut = true;
      break;
    }
    case 'slowSocket': {
      const stream = host.open.at(-1);
      if (stream !== undefined) stream.takes = 1 + (b % 100);
      break;
    }
    case 'restart':
      rig.restart();
      break;
  }
}

function heal(rig: GatewayRig): void {
  for (const host of rig.hosts.flat()) {
    host.down = false;
    host.thaw();
    for (const stream of host.open) stream.takes = Number.MAX_SAFE_INTEGER;
  }
  // heartbeats of the venue keep healthy sessions; a cut cable is found out by silence
  for (let ms = 0; ms < HEAL_MS; ms += 500) {
    for (const venue of rig.venues) venue.heartbeat();
    rig.pass(500, 50);
  }
}

/** Whatever happens, the venue's position lies within ours and what we say may still have happened. */
function bounds(rig: GatewayRig): string[] {
  let buys = 0;
  let sells = 0;
  for (let order = 1; order <= rig.store.count; order++) {
    if (isDone(rig.field(order, 'state'))) continue;
    const reserved = rig.field(order, 'reservedShares');
    if (rig.field(order, 'side') === Side.buy) buys += reserved;
    else sells += reserved;
  }
  const ours = rig.position();
  const theirs = rig.venuePosition();
  return theirs > ours + buys || theirs < ours - sells
    ? [`the venue's position ${theirs} is not within ${ours - sells}…${ours + buys}`]
    : [];
}

/** After everything is healed: all that is not equal to the venue's books. */
function differences(rig: GatewayRig): string[] {
  const wrong: string[] = [];
  for (const port of rig.loop.ports) if (!port.usable) wrong.push(`port ${port.name} is not usable`);
  for (let order = 1; order <= rig.store.count; order++) wrong.push(...compareOrder(rig, order));
  const entered = rig.venues.reduce((sum, venue) => sum + venue.orders.filter(({ total }) => total > 0).length, 0);
  const carried = new Set(rig.venues.flatMap((venue) => venue.orders.map((one) => `${venue.name}/${one.refs[0]}`)));
  if (carried.size < entered) wrong.push('an order was entered twice');
  if (rig.position() !== rig.venuePosition()) {
    wrong.push(`position ${rig.position()}, at the venue ${rig.venuePosition()}`);
  }
  if (!rig.folded().equals(rig.bytes())) wrong.push('the journal folds to other bytes');
  return wrong;
}

function compareOrder(rig: GatewayRig, order: number): string[] {
  const state = rig.field(order, 'state');
  const flags = rig.field(order, 'flags');
  const venue = rig.venues[rig.field(order, 'port')];
  const firstRef = rig.field(order, 'firstRef');
  const theirs = venue.orders.find((one) => one.refs[0] === firstRef && one.total > 0);
  const says = `order ${order} (${Object.keys(OrderState)[state]}, flags ${flags}, port ${rig.field(order, 'port')} ref ${firstRef})`;
  if ((flags & (OrderFlag.unknown | OrderFlag.blind)) !== 0) return [`${says} is still in doubt`];
  if (!isDone(state) && state !== OrderState.live && state !== OrderState.partFilled)
    return [`${says} is neither done nor live`];
  if (theirs === undefined) {
    return state === OrderState.rejected && rig.field(order, 'executed') === 0
      ? []
      : [`${says} never reached the venue`];
  }
  const wrong: string[] = [];
  if (theirs.executed !== rig.field(order, 'executed')) {
    wrong.push(`${says} executed ${rig.field(order, 'executed')}, at the venue ${theirs.executed}`);
  }
  if (theirs.live === isDone(state)) wrong.push(`${says} is ${theirs.live ? 'live' : 'dead'} at the venue`);
  const field = (name: keyof typeof SlotField) => rig.field(order, name);
  if (theirs.live && (theirs.total - theirs.executed !== field('leaves') || theirs.price4 !== field('price4'))) {
    wrong.push(
      `${says} has ${field('leaves')} at ${field('price4')}, at the venue ${theirs.total - theirs.executed} at ${theirs.price4}`,
    );
  }
  return wrong;
}
