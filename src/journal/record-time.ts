const NS_PER_SECOND = 1e9;
/** Cells of the common fields, within a record's payload. */
const UTC_SECONDS_CELL = 2;
const UTC_NS_CELL = 3;

/**
 * Splits UTC minus monotonic time, in ns, into what {@link writeRecordTime} takes: whole seconds, and the ns within one.
 */
export function splitUtcOffset(offsetNs: number, into: Float64Array): void {
  const seconds = Math.floor(offsetNs / NS_PER_SECOND);
  into[0] = seconds;
  into[1] = offsetNs - seconds * NS_PER_SECOND;
}

/** Writes the common fields: monotonic time as it stands in `nowNs[0]`, and UTC in seconds and ns (exact, as no double is). */
export function writeRecordTime(
  words: Int32Array,
  doubles: Float64Array,
  at: number,
  nowNs: Float64Array,
  utcOffset: Float64Array,
): void {
  const now = nowNs[0]!;
  doubles[at >> 1] = now;
  const whole = Math.floor(now / NS_PER_SECOND);
  let seconds = whole + utcOffset[0]!;
  let ns = now - whole * NS_PER_SECOND + utcOffset[1]!;
  if (ns >= NS_PER_SECOND) {
    ns -= NS_PER_SECOND;
    seconds += 1;
  }
  words[at + UTC_SECONDS_CELL] = seconds;
  words[at + UTC_NS_CELL] = ns;
}
