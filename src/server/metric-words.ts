import {
  LossCause as Cause,
  SwitchEvidence as Evidence,
  LineHealth as Health,
  RefusalReason as Refusal,
  FeedStatus as Status,
} from '../feed/events.ts';
import { MalformedReason } from '../feed/framer.ts';
import { Doubt, VenueEvidence } from '../order/resolution-table.ts';
import { SourceState } from '../order/source-cells.ts';
import { Evidence as SessionEvidence, SessionState } from '../order/terms.ts';

/** Words of a table of codes as values of a label, in the order of the codes: `otherLine` becomes `other_line`. */
export function labelWords(codes: Readonly<Record<string, number>>): readonly string[] {
  const words: string[] = [];
  for (const [name, code] of Object.entries(codes))
    words[code] = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Array.from(words, (word, code) => word ?? `code_${code}`);
}

export const FeedStatus = labelWords(Status);
export const LineHealth = labelWords(Health);
export const LossCause = labelWords(Cause);
export const SwitchEvidence = labelWords(Evidence);
export const RefusalReason = labelWords(Refusal);
export const MalformedWords = labelWords(MalformedReason);
export const SessionStateWords = labelWords(SessionState);
export const EvidenceWords = labelWords(SessionEvidence);
export const DoubtWords = labelWords(Doubt);
export const SourceStateWords = labelWords(SourceState);
export const VenueEvidenceWords = labelWords(VenueEvidence);
