import type { KillSwitch } from './kill.ts';
import { Scope } from './scope.ts';

/** What the gateway does about a kill: journal it, and cancel what is open of that scope (mine, nobody else's). */
export interface KillListener {
  /** @param index of the account or strategy; 0 for the global scope */
  killChanged(scope: Scope, index: number, on: boolean): void;
  /** Everything that the last command changed has been told. */
  killConfirmed(command: number): void;
}

/**
 * Follows the switch on the gateway's thread: {@link poll} once a turn costs a few loads. Confirming says that the gateway
 * has seen the command and asked for its cancels; that nothing is sent needs no confirmation, every send looks itself.
 */
export class KillWatch {
  private readonly kill: KillSwitch;
  private readonly listener: KillListener;
  private readonly accounts: Uint8Array;
  private readonly strategies: Uint8Array;
  private global = false;

  constructor(kill: KillSwitch, accounts: number, strategies: number, listener: KillListener) {
    this.kill = kill;
    this.listener = listener;
    this.accounts = new Uint8Array(accounts);
    this.strategies = new Uint8Array(strategies);
  }

  /** Tells what stands in the words now, whether or not a command announced it: at start, after a restart. */
  start(): void {
    this.carryOut(this.kill.command);
  }

  /** @returns how many commands were carried out: 0 or 1 */
  poll(): number {
    // The command line may have died behind the word, before it could say that there is a command.
    if (this.kill.isConfirmed && this.kill.isGlobal === this.global) return 0;
    this.carryOut(this.kill.command);
    return 1;
  }

  private carryOut(command: number): void {
    const { kill, listener, accounts, strategies } = this;
    if (kill.isGlobal !== this.global) {
      this.global = kill.isGlobal;
      listener.killChanged(Scope.global, 0, this.global);
    }
    for (let account = 0; account < accounts.length; account++) {
      const on = kill.isAccountKilled(account) ? 1 : 0;
      if (on === accounts[account]) continue;
      accounts[account] = on;
      listener.killChanged(Scope.account, account, on === 1);
    }
    for (let strategy = 0; strategy < strategies.length; strategy++) {
      const on = kill.isStrategyKilled(strategy) ? 1 : 0;
      if (on === strategies[strategy]) continue;
      strategies[strategy] = on;
      listener.killChanged(Scope.strategy, strategy, on === 1);
    }
    // The words stood before the command did: what is confirmed has been looked at.
    kill.confirm(command);
    listener.killConfirmed(command);
  }
}
