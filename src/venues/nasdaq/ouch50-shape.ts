import { OuchRefusal } from './ouch-refusal.ts';
import { APPENDAGE_LENGTH_BYTES, elementsFit, Tag } from './ouch50-appendage.ts';
import * as endReports from './ouch50-end-reports.ts';
import * as orderReports from './ouch50-order-reports.ts';
import * as portReports from './ouch50-port-reports.ts';
import * as requests from './ouch50-requests.ts';
import * as tradeReports from './ouch50-trade-reports.ts';

/** Whether a message ends with an appendage. */
export const AppendageRule = {
  none: 0,
  /** The message may end before it. */
  optional: 1,
  /** Its length is there even where it is 0. */
  required: 2,
} as const;
export type AppendageRule = (typeof AppendageRule)[keyof typeof AppendageRule];

/** What a message of a type may look like. */
export interface MessageShape {
  readonly type: number;
  /** Bytes before the appendage. */
  readonly length: number;
  readonly appendage: AppendageRule;
  /** Tags that may stand in the appendage; {@link Tag.userRefIdx} alone where nothing is said. */
  readonly tags?: readonly Tag[];
  /** Bytes before the appendage in another revision; 0 where there is none. */
  readonly otherLength?: number;
}

const { none, optional, required } = AppendageRule;
/** Tags are written as numbers here, so that the lists can be held beside the published ones. */
const PORT: readonly Tag[] = [Tag.userRefIdx];

/** Client to venue. */
export const INBOUND_SHAPES: readonly MessageShape[] = [
  {
    ...shape(requests.EnterOrder, required),
    tags: [2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 24, 25, 26, 28, 29, 30],
  },
  {
    ...shape(requests.ReplaceOrder, required),
    tags: [3, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 25, 26, 27, 28, 29, 30],
  },
  shape(requests.CancelOrder, optional),
  { ...shape(requests.ModifyOrder, optional), tags: [25, 26, 28] },
  { ...shape(requests.MassCancel, required), tags: [24, 27, 28] },
  shape(requests.DisableOrderEntry, required),
  shape(requests.EnableOrderEntry, required),
  shape(requests.AccountQuery, optional),
];

/** Venue to client. */
export const OUTBOUND_SHAPES: readonly MessageShape[] = [
  { ...shape(portReports.SystemEvent, none), tags: [] },
  {
    ...shape(orderReports.OrderAccepted, required),
    tags: [2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 25, 28, 29, 30],
  },
  { ...shape(orderReports.OrderReplaced, required), tags: [2, 3, 5, 6, 12, 15, 16, 17, 18, 28, 29, 30] },
  shape(endReports.OrderCanceled, optional),
  // The revision of 2023-04 ends before the strategy.
  { ...shape(endReports.AiqCanceled, optional), otherLength: endReports.AiqCanceled.bytes - 1 },
  shape(tradeReports.OrderExecuted, required),
  shape(tradeReports.BrokenTrade, optional),
  // Only in the revision of 2023-04.
  shape(tradeReports.TradeCorrection, optional),
  shape(endReports.Rejected, optional),
  shape(endReports.CancelPending, optional),
  shape(endReports.CancelReject, optional),
  shape(orderReports.OrderPriorityUpdate, optional),
  { ...shape(orderReports.OrderModified, optional), tags: [25, 26, 28] },
  { ...shape(orderReports.OrderRestated, required), tags: [1, 22, 23, 28] },
  { ...shape(portReports.MassCancelResponse, required), tags: [24, 27, 28] },
  shape(portReports.DisableOrderEntryResponse, required),
  shape(portReports.EnableOrderEntryResponse, required),
  shape(portReports.AccountQueryResponse, optional),
];

function shape(message: { readonly type: number; readonly bytes: number }, appendage: AppendageRule): MessageShape {
  return { type: message.type, length: message.bytes, appendage, tags: PORT };
}

/** Checks whole messages of one direction, and finds their appendages. */
export class Ouch50Shapes {
  /** Of the message checked last: bytes before its appendage. */
  fixedLength = 0;
  /** Offset of the first element, and bytes of all elements; 0 where there is no appendage. */
  elementsOffset = 0;
  elementsLength = 0;
  private readonly lengths = new Uint8Array(256);
  private readonly otherLengths = new Uint8Array(256);
  private readonly rules = new Uint8Array(256);

  constructor(shapes: readonly MessageShape[]) {
    for (const { type, length, appendage, otherLength } of shapes) {
      this.lengths[type] = length;
      this.rules[type] = appendage;
      this.otherLengths[type] = otherLength ?? 0;
    }
  }

  /** @returns {@link OuchRefusal}; none = every field can be read */
  check(view: DataView, offset: number, length: number): OuchRefusal {
    if (length === 0) return OuchRefusal.empty;
    const type = view.getUint8(offset);
    const fixed = this.lengths[type];
    if (fixed === 0) return OuchRefusal.unknownType;
    const rule = this.rules[type] as AppendageRule;
    const refusal = this.fits(view, offset, length, fixed, rule);
    if (refusal === OuchRefusal.none || this.otherLengths[type] === 0) return refusal;
    return this.fits(view, offset, length, this.otherLengths[type], rule);
  }

  private fits(view: DataView, offset: number, length: number, fixed: number, rule: AppendageRule): OuchRefusal {
    this.fixedLength = fixed;
    this.elementsOffset = 0;
    this.elementsLength = 0;
    if (length === fixed) return rule === AppendageRule.required ? OuchRefusal.wrongLength : OuchRefusal.none;
    const elements = length - fixed - APPENDAGE_LENGTH_BYTES;
    if (rule === AppendageRule.none || elements < 0) return OuchRefusal.wrongLength;
    if (view.getUint16(offset + fixed) !== elements) return OuchRefusal.wrongLength;
    const at = offset + fixed + APPENDAGE_LENGTH_BYTES;
    if (!elementsFit(view, at, elements)) return OuchRefusal.brokenAppendage;
    this.elementsOffset = at;
    this.elementsLength = elements;
    return OuchRefusal.none;
  }
}
