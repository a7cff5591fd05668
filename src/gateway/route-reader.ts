import { RouteCell } from '../order/gateway-parts.ts';
import type { RouteStatus } from '../order/terms.ts';
import type { RouteView } from '../strategy/order-api.ts';

/** The way of a strategy's orders, read from shared memory at each access. */
export class RouteReader implements RouteView {
  private readonly cells: Int32Array;
  private readonly at: number;
  private readonly sessionNames: readonly string[];

  constructor(cells: Int32Array, strategy: number, sessionNames: readonly string[]) {
    this.cells = cells;
    this.at = strategy * RouteCell.words;
    this.sessionNames = sessionNames;
  }

  get status(): RouteStatus {
    return this.cells[this.at + RouteCell.status] as RouteStatus;
  }
  get sessionName(): string {
    return this.sessionNames[this.cells[this.at + RouteCell.session]] ?? '';
  }
  get unknown(): number {
    return this.cells[this.at + RouteCell.unknown];
  }
  get blind(): number {
    return this.cells[this.at + RouteCell.blind];
  }
}
