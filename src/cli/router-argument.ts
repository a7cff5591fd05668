/** Which router a command means. Apart from the search itself: `ctl kill` must work with nothing else alive. */
export const ROUTER_MEANS = 'which one: its venue, its process number, or its counter file; default: the only one';
