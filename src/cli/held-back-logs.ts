import type { Logger } from 'pino';
import type { RouterSetup } from '../router/router-setup.ts';
import { StrategyCell } from '../strategy/strategy-host.ts';

/** Says how much of its log a strategy was not written, as its thread counts it. */
export class HeldBackLogs {
  private readonly strategies: RouterSetup['strategies'];
  private readonly log: Logger;
  private readonly told: Float64Array;

  constructor({ strategies }: RouterSetup, log: Logger) {
    this.strategies = strategies;
    this.log = log;
    this.told = new Float64Array(strategies.length);
  }

  /** To be called now and then, and at the end. */
  look(): void {
    this.strategies.forEach(({ config: { name }, cells }, index) => {
      const count = cells[StrategyCell.logsHeldBack];
      const more = count - this.told[index];
      if (more === 0) return;
      this.told[index] = count;
      this.log.warn(
        { strategy: name, heldBack: more },
        `${more} more lines of its log are not written: it logs too much`,
      );
    });
  }
}
