/**
 * The kill switch: words in a file that the gateway maps. Whatever is not 0 is killed; who is killed sends no new order
 * and no replace, cancels pass. The command line writes the words with no other part alive, and they stay as they are
 * until a person clears them, restarts included. Beside them stand the milder words: a strategy that is paused, and the
 * drain, under which nobody opens risk.
 *
 * ```
 *  0         256              512                768      1024               3072                  5120    5376     5632
 *  | header  | account words  | strategy words   | holder | names of account | names of strategies | drain | pauses | reserve … 8192
 * ```
 * Places in the two lists belong to names, not to numbers of a config: a strategy keeps its place, and its kill, when
 * others are added or the order changes.
 */
export const KILL_MAGIC = 0x4c4c494b; // "KILL"
export const KILL_LAYOUT_VERSION = 1;
export const KILL_FILE_BYTES = 8192;
/** Accounts and strategies that a file has places for, each. */
export const KILL_PLACES = 64;

/** Int32 words of the file. */
export const KillWord = {
  magic: 0,
  layoutVersion: 1,
  /** Written behind every command, a number that no other command had. */
  command: 2,
  /** The last command that the gateway has carried out: it asked for the cancels. */
  confirmed: 3,
  /** Everything. */
  global: 16,
  accounts: 64,
  strategies: 128,
  /** {@link DrainMode} */
  drain: 1280,
  /** By place of the strategy: whatever is not 0 is paused. */
  pauses: 1344,
} as const;

/** What becomes of what rests while nobody may open risk. */
export const DrainMode = { off: 0, cancel: 1, leave: 2 } as const;
export type DrainMode = (typeof DrainMode)[keyof typeof DrainMode];

/** Why a strategy that nobody killed may not make risk. */
export const Hold = { none: 0, paused: 1, draining: 2 } as const;
export type Hold = (typeof Hold)[keyof typeof Hold];

/** Bytes of the file that hold text: padded with zeros. */
export const KillText = {
  /** The process whose gateway has the file open, as JSON. */
  holder: 768,
  holderBytes: 256,
  accountNames: 1024,
  strategyNames: 3072,
  nameBytes: 32,
} as const;

const MAGIC = KILL_MAGIC;
const VERSION = KILL_LAYOUT_VERSION;
const MAGIC_WORD = KillWord.magic;
const VERSION_WORD = KillWord.layoutVersion;
const GLOBAL = KillWord.global;
const ACCOUNTS = KillWord.accounts;
const STRATEGIES = KillWord.strategies;
const DRAIN = KillWord.drain;
const PAUSES = KillWord.pauses;
const PAUSED = Hold.paused;
const DRAINING = Hold.draining;
const COMMAND = KillWord.command;
const CONFIRMED = KillWord.confirmed;

/** The words, and what it takes to see what others wrote and be seen. */
export interface KillMemory {
  readonly words: Int32Array;
  /** Absent where the file is mapped: the words are then the file's own. */
  readonly refresh?: () => void;
  readonly flush?: (word: number) => void;
}

/** The words as the gateway looks at them before every send. Nothing but loads and comparisons. */
export class KillSwitch {
  readonly words: Int32Array;
  private readonly memory: KillMemory;
  private readonly accountWord: Int32Array;
  private readonly strategyWord: Int32Array;
  private readonly pauseWord: Int32Array;

  /**
   * @param accountPlaces by number of the account: its place in the file
   * @param strategyPlaces likewise
   */
  constructor(memory: KillMemory, accountPlaces: readonly number[], strategyPlaces: readonly number[]) {
    this.memory = memory;
    this.words = memory.words;
    this.accountWord = Int32Array.from(accountPlaces, (place) => ACCOUNTS + place);
    this.strategyWord = Int32Array.from(strategyPlaces, (place) => STRATEGIES + place);
    this.pauseWord = Int32Array.from(strategyPlaces, (place) => PAUSES + place);
  }

  /** True if this strategy may not make risk for this account. Words that make no sense refuse too. */
  refuses(strategy: number, account: number): boolean {
    const { words, memory } = this;
    if (memory.refresh !== undefined) memory.refresh();
    return (
      words[GLOBAL] !== 0 ||
      words[this.accountWord[account]] !== 0 ||
      words[this.strategyWord[strategy]] !== 0 ||
      words[MAGIC_WORD] !== MAGIC ||
      words[VERSION_WORD] !== VERSION
    );
  }

  /** Why this strategy may not make risk, asked right after {@link refuses} said that nobody killed it: {@link Hold}. */
  heldBy(strategy: number): number {
    const { words } = this;
    if (words[DRAIN] !== 0) return DRAINING;
    return words[this.pauseWord[strategy]] !== 0 ? PAUSED : 0;
  }

  /** Reads the words anew where they are not the file's own. */
  refresh(): void {
    this.memory.refresh?.();
  }

  /** {@link DrainMode}; a value that makes no sense cancels. */
  get drainMode(): DrainMode {
    const mode = this.words[DRAIN];
    if (mode === DrainMode.off || mode === DrainMode.leave) return mode;
    return DrainMode.cancel;
  }

  isPaused(strategy: number): boolean {
    return this.words[this.pauseWord[strategy]] !== 0;
  }

  /** The last command; see {@link KillWord.command}. */
  get command(): number {
    this.memory.refresh?.();
    return this.words[COMMAND];
  }

  get isConfirmed(): boolean {
    return this.command === this.words[CONFIRMED];
  }

  confirm(command: number): void {
    this.words[CONFIRMED] = command;
    this.memory.flush?.(CONFIRMED);
  }

  get isGlobal(): boolean {
    const { words } = this;
    return words[GLOBAL] !== 0 || words[MAGIC_WORD] !== MAGIC || words[VERSION_WORD] !== VERSION;
  }

  isAccountKilled(account: number): boolean {
    return this.words[this.accountWord[account]] !== 0;
  }

  isStrategyKilled(strategy: number): boolean {
    return this.words[this.strategyWord[strategy]] !== 0;
  }
}
