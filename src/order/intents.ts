import { JournalRecord } from '../journal/record-types.ts';

/** The intents that a `sendResult` may be about: their record's type. */
export const Intent = {
  enter: JournalRecord.enterIntent.type,
  replace: JournalRecord.replaceIntent.type,
  cancel: JournalRecord.cancelIntent.type,
} as const;

export const SendResult = { handed: 0, queued: 1, withdrawn: 2 } as const;

/** Why a cancel was asked for. `again`: the one before came to nothing, without a word of the venue about it. */
export const CancelCause = { strategy: 0, cancelAll: 1, endOfDay: 2, kill: 3, operator: 4, again: 5 } as const;
