import type { Native } from '../io/native.ts';

/** What the runtime uses of the addon: time, place, class and sleep of the calling thread. Tests give their own. */
export type NativeThread = Pick<
  Native,
  'pinThread' | 'setScheduling' | 'setTimerSlackNs' | 'sleepNs' | 'yieldThread' | 'bindClock' | 'utcOffsetNs'
>;
