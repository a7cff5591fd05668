import { loadAcquire, storeRelease } from '../ring/memory-order.ts';
import type { LimitSetting, RiskLimits } from './risk-limits.ts';
import type { Scope } from './scope.ts';

/** Int32 words of the memory; behind them the value and two texts. */
const Word = {
  asked: 0,
  answered: 1,
  /** 1 = an operator's, up or down; 0 = a reload, down alone. */
  isOperators: 2,
  limit: 3,
  scope: 4,
  index: 5,
  operatorBytes: 6,
  faultBytes: 7,
} as const;
const VALUE = 4; // as a double: bytes 32 to 40
const OPERATOR_AT = 64;
const MAX_OPERATOR_BYTES = 64;
const FAULT_AT = 128;
const MAX_FAULT_BYTES = 384;
const MEMORY_BYTES = 512;

export function createLimitRequestMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(MEMORY_BYTES);
}

/**
 * Changes of limits from whoever may ask for them (reload, operator) to the gateway's thread, which alone writes the
 * limits and journals each change before it is in force. One request at a time.
 */
export class LimitControl {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    this.bytes = new Uint8Array(memory);
  }

  /** A reload of the config makes a limit tighter. @returns false if the last request has not been answered yet */
  lower(setting: LimitSetting): boolean {
    return this.ask(setting, '', 0);
  }

  /** An operator sets a limit. @param operator who. @returns as {@link lower} */
  raise(setting: LimitSetting, operator: string): boolean {
    return this.ask(setting, operator, 1);
  }

  /** What the last request came to: '' = in force, else what is wrong with it in words; undefined while it is under way. */
  get answer(): string | undefined {
    const { words } = this;
    if (loadAcquire(words, Word.answered) !== words[Word.asked]) return undefined;
    return textAt(this.bytes, FAULT_AT, words[Word.faultBytes]);
  }

  private ask({ limit, scope, index, value }: LimitSetting, operator: string, isOperators: number): boolean {
    const { words } = this;
    if (this.answer === undefined) return false;
    words[Word.isOperators] = isOperators;
    words[Word.limit] = limit;
    words[Word.scope] = scope;
    words[Word.index] = index;
    this.doubles[VALUE] = value;
    words[Word.operatorBytes] = putText(this.bytes, OPERATOR_AT, MAX_OPERATOR_BYTES, operator);
    storeRelease(words, Word.asked, (words[Word.asked] + 1) | 0);
    return true;
  }
}

/** The gateway's end: looked at once a turn. */
export class LimitRequests {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    this.bytes = new Uint8Array(memory);
  }

  /** @returns how many requests were carried out: 0 or 1 */
  poll(limits: RiskLimits): number {
    const { words } = this;
    const asked = loadAcquire(words, Word.asked);
    if (asked === words[Word.answered]) return 0;
    const fault = this.carryOut(limits) ?? '';
    words[Word.faultBytes] = putText(this.bytes, FAULT_AT, MAX_FAULT_BYTES, fault);
    storeRelease(words, Word.answered, asked);
    return 1;
  }

  private carryOut(limits: RiskLimits): string | undefined {
    const { words } = this;
    const setting: LimitSetting = {
      limit: words[Word.limit],
      scope: words[Word.scope] as Scope,
      index: words[Word.index],
      value: this.doubles[VALUE],
    };
    if (words[Word.isOperators] === 0) return limits.lower(setting);
    return limits.raise(setting, textAt(this.bytes, OPERATOR_AT, words[Word.operatorBytes]));
  }
}

/** @returns how many bytes it took: a text that is too long ends at a whole character */
function putText(bytes: Uint8Array, at: number, most: number, text: string): number {
  const encoded = new TextEncoder().encode(text);
  let length = encoded.length;
  if (length > most) {
    length = most;
    while (length > 0 && ((encoded[length] ?? 0) & 0xc0) === 0x80) length--;
  }
  for (let i = 0; i < length; i++) bytes[at + i] = encoded[i];
  return length;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  // A copy: a text in shared memory is not decoded in place.
  return new TextDecoder().decode(Uint8Array.from(bytes.subarray(at, at + length)));
}
