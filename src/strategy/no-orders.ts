import { RefusalReason } from '../order/risk-reason.ts';
import { LostRoutePolicy, OrderState, RouteStatus, Side } from '../order/terms.ts';
import type { Orders, OrderView, RouteView } from './order-api.ts';

const NOTHING: OrderView = {
  number: 0,
  state: OrderState.none,
  done: false,
  unknown: false,
  blind: false,
  pendingCancel: false,
  pendingReplace: false,
  instrument: -1,
  side: Side.buy,
  price4: 0,
  shares: 0,
  executed: 0,
  leaves: 0,
  session: -1,
  sessionName: '',
  reason: 0,
  tag: 0,
};
const NOWHERE: RouteView = { status: RouteStatus.down, sessionName: '', unknown: 0, blind: 0 };
const REFUSED = -RefusalReason.noSession;
const REFUSAL_CELLS = 2;

/** What a strategy has where nothing can be traded: there are no instruments, and every request is refused. */
export const NO_ORDERS: Orders = {
  instrument: () => -1,
  instrumentOf: () => -1,
  enter: () => REFUSED,
  replace: () => REFUSED,
  cancel: () => REFUSED,
  cancelAll: () => 0,
  view: () => NOTHING,
  position: () => 0,
  open: () => 0,
  refusal: new Float64Array(REFUSAL_CELLS),
  explainRefusal: () => 'the config has no section orders: nothing can be traded',
  route: NOWHERE,
  lostRoutePolicy: LostRoutePolicy.pause,
};
