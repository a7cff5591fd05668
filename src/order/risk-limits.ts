import { LIMIT_TABLE, LIMITS, type LimitSpec, limitOfReason, NO_LIMIT } from './limit-table.ts';
import { limitText } from './quantity-text.ts';
import { type RiskShape, ScopeRows } from './risk-shape.ts';
import { SCOPE_NAMES, Scope } from './scope.ts';

/** Cells of one row: one per limit, a power of two so that a row's index is a shift. */
export const LIMIT_ROW_BITS = 5;
const ROW = 1 << LIMIT_ROW_BITS;

/** One value of a limit at one scope. */
export interface LimitSetting {
  /** Column, see `Limit`. */
  readonly limit: number;
  readonly scope: Scope;
  /** Member of the scope; 0 for the global one. */
  readonly index: number;
  readonly value: number;
}

/** Told of each change before it takes effect, so that it stands in the journal first. */
export interface LimitListener {
  /**
   * @param operator who did it; '' = a reload of the config
   * @returns false: it can't be journalled. Then a limit is not made wider; tighter it is made all the same
   */
  limitChanged(limit: LimitSpec, scope: Scope, index: number, before: number, after: number, operator: string): boolean;
}

/** Everything a stranger needs to read the cells. Serialises to JSON. */
export interface LimitDescription {
  readonly layout: 'warmline-limits-1';
  readonly cellsPerRow: number;
  /** Name and unit of each column. */
  readonly limits: readonly { readonly name: string; readonly unit: string }[];
  /** Scope and name of each row. */
  readonly rows: readonly { readonly scope: string; readonly name: string }[];
}

/**
 * The limits as Float64 cells in shared memory: a row per scope member with its own values ({@link NO_LIMIT} where none
 * is set), and behind them a row per strategy × instrument with the tightest of all scopes, which spares the checks four
 * loads and comparisons a limit. One writer, the gateway's thread; anyone may read.
 *
 * A limit goes down by a reload or an operator, up by an operator alone.
 */
export class RiskLimits {
  readonly memory: ArrayBufferLike;
  readonly cells: Float64Array;
  readonly rows: ScopeRows;
  /** First row of the tightest ones: row `tightest + strategy × instruments + instrument`. */
  readonly tightest: number;
  listener: LimitListener | undefined = undefined;
  private readonly shape: RiskShape;

  /** @param memory {@link bytesFor} bytes, zeroed or as another thread's limits left it (`attach`) */
  constructor(
    shape: RiskShape,
    memory: ArrayBufferLike = new SharedArrayBuffer(RiskLimits.bytesFor(shape)),
    attach = false,
  ) {
    this.shape = shape;
    this.memory = memory;
    this.rows = new ScopeRows(shape);
    this.tightest = this.rows.rows;
    this.cells = new Float64Array(memory, 0, cellCount(shape));
    if (!attach) this.cells.fill(NO_LIMIT);
  }

  static bytesFor(shape: RiskShape): number {
    return cellCount(shape) * Float64Array.BYTES_PER_ELEMENT;
  }

  /** The value set at one scope itself. */
  value(limit: number, scope: number, index: number): number {
    const row = this.rows.row(scope, index);
    return row < 0 ? NO_LIMIT : this.cells[(row << LIMIT_ROW_BITS) + limit];
  }

  /** Sets what holds at start, or what the journal says was changed since: no questions, no listener. */
  load(settings: Iterable<LimitSetting>): void {
    for (const { limit, scope, index, value } of settings) this.write(limit, scope, index, value);
    this.foldAll();
  }

  /**
   * A change of this day that the journal tells of: it holds until the day's end, whatever the config says at a restart.
   * @param reason the limit, as `limit` records name it
   */
  recovered(reason: number, scope: number, index: number, value: number): void {
    const limit = limitOfReason(reason);
    if (limit === undefined || this.faultOf({ limit: limit.id, scope: scope as Scope, index, value }) !== undefined)
      return;
    this.load([{ limit: limit.id, scope: scope as Scope, index, value }]);
  }

  /**
   * Makes a limit tighter, at once.
   * @param operator who; '' = a reload of the config
   * @returns what is wrong with it, in words; undefined: it is in force
   */
  lower(setting: LimitSetting, operator = ''): string | undefined {
    const fault = this.faultOf(setting);
    if (fault !== undefined) return fault;
    const before = this.value(setting.limit, setting.scope, setting.index);
    if (setting.value > before)
      return `${this.nameOf(setting)} would go up from ${this.textOf(setting.limit, before)} to ${this.textOf(setting.limit, setting.value)}: only an operator may`;
    return this.change(setting, before, operator);
  }

  /**
   * Makes a limit wider (or tighter): a person's action.
   * @returns what is wrong with it, in words; undefined: it is in force
   */
  raise(setting: LimitSetting, operator: string): string | undefined {
    if (operator.trim() === '')
      return `${this.nameOf(setting)}: a limit goes up only by an operator, who must be named`;
    const fault = this.faultOf(setting);
    if (fault !== undefined) return fault;
    return this.change(setting, this.value(setting.limit, setting.scope, setting.index), operator);
  }

  /**
   * Takes over what a reloaded config makes tighter.
   * @returns what it would have made wider, or is wrong: left as it was, to be told to people
   */
  reload(settings: Iterable<LimitSetting>): string[] {
    const left: string[] = [];
    for (const setting of settings) {
      if (setting.value === this.value(setting.limit, setting.scope, setting.index)) continue;
      const fault = this.lower(setting);
      if (fault !== undefined) left.push(fault);
    }
    return left;
  }

  describe(): LimitDescription {
    const rows = SCOPE_NAMES.flatMap((scope, code) =>
      Array.from({ length: this.rows.size(code) }, (_, index) => ({ scope, name: this.rows.name(code, index) })),
    );
    return {
      layout: 'warmline-limits-1',
      cellsPerRow: ROW,
      limits: LIMIT_TABLE.map(({ name, unit }) => ({ name, unit })),
      rows,
    };
  }

  /** `maxPosition of account main`. */
  nameOf({ limit, scope, index }: Pick<LimitSetting, 'limit' | 'scope' | 'index'>): string {
    const name = this.rows.name(scope, index);
    const of = scope === Scope.global ? 'everything' : `${SCOPE_NAMES[scope] ?? 'scope'} ${name}`;
    return `${LIMIT_TABLE[limit]?.name ?? `limit ${limit}`} of ${of}`;
  }

  /** A limit's value for people. */
  textOf(limit: number, value: number): string {
    return limitText(LIMIT_TABLE[limit], value);
  }

  private faultOf(setting: LimitSetting): string | undefined {
    const { limit, scope, index, value } = setting;
    const spec = LIMIT_TABLE[limit];
    if (spec === undefined) return `there is no limit number ${limit}`;
    if (!spec.scopes.includes(scope)) {
      return `${spec.name} can't be set per ${SCOPE_NAMES[scope] ?? scope}: only per ${spec.scopes.map((one) => SCOPE_NAMES[one]).join(', ')}`;
    }
    if (this.rows.row(scope, index) < 0) return `${spec.name}: there is no ${SCOPE_NAMES[scope]} number ${index}`;
    if (Number.isNaN(value) || value < 0) return `${this.nameOf(setting)} must not be ${value}`;
    if (spec.unit === 'switch' && value !== 0 && value !== NO_LIMIT) return `${this.nameOf(setting)} is on or off`;
    if (spec.unit === 'count' && value !== NO_LIMIT && !Number.isInteger(value))
      return `${this.nameOf(setting)} is a whole number`;
    if (spec.most !== undefined && value !== NO_LIMIT && value > spec.most) {
      return `${this.nameOf(setting)} may be ${spec.most} at most`;
    }
    return undefined;
  }

  private change(setting: LimitSetting, before: number, operator: string): string | undefined {
    const { limit, scope, index, value } = setting;
    if (value === before) return undefined;
    const isWritten = this.listener?.limitChanged(LIMIT_TABLE[limit], scope, index, before, value, operator) ?? true;
    if (!isWritten && value > before)
      return `${this.nameOf(setting)} stays as it is: the journal takes no record of it`;
    this.write(limit, scope, index, value);
    this.fold(limit);
    return undefined;
  }

  private write(limit: number, scope: number, index: number, value: number): void {
    const row = this.rows.row(scope, index);
    if (row >= 0 && limit >= 0 && limit < LIMITS) this.cells[(row << LIMIT_ROW_BITS) + limit] = value;
  }

  private foldAll(): void {
    for (let limit = 0; limit < LIMITS; limit++) this.fold(limit);
  }

  /** Writes the tightest rows of one limit anew. */
  private fold(limit: number): void {
    const { cells, rows } = this;
    const { strategies, instruments } = this.shape;
    const ofRow = (row: number): number => cells[(row << LIMIT_ROW_BITS) + limit];
    strategies.forEach(({ account }, strategy) => {
      const all = Math.min(ofRow(0), ofRow(rows.firstAccount + account), ofRow(rows.firstStrategy + strategy));
      instruments.forEach(({ venue }, instrument) => {
        const row = this.tightest + strategy * instruments.length + instrument;
        const own = Math.min(ofRow(rows.firstVenue + venue), ofRow(rows.firstInstrument + instrument));
        cells[(row << LIMIT_ROW_BITS) + limit] = Math.min(all, own);
      });
    });
  }
}

function cellCount(shape: RiskShape): number {
  const rows = new ScopeRows(shape).rows + shape.strategies.length * shape.instruments.length;
  return rows * ROW;
}
