import type { OrderEventSink } from '../order/order-events.ts';
import type { SessionStream } from '../order/session-stream.ts';

/**
 * What a rehearsal puts in place of sockets and strategies, as objects of many shapes and functions. Were it one, V8 would
 * compile it into the way of an order, and throw that code away when the first real socket or strategy comes: cold again,
 * at the worst time.
 */
export const DISGUISES = 5;

/** The same stream in one of {@link DISGUISES} shapes, each with functions of its own. */
export function disguised(stream: SessionStream, disguise: number): SessionStream {
  switch (disguise % DISGUISES) {
    case 0:
      return {
        error: '',
        state: () => stream.state(),
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
        receive: (bytes, offset, length) => stream.receive(bytes, offset, length),
        close: () => stream.close(),
      };
    case 1:
      return {
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
        error: '',
        receive: (bytes, offset, length) => stream.receive(bytes, offset, length),
        state: () => stream.state(),
        close: () => stream.close(),
      };
    case 2:
      return {
        receive: (bytes, offset, length) => stream.receive(bytes, offset, length),
        close: () => stream.close(),
        error: '',
        state: () => stream.state(),
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
      };
    case 3:
      return {
        close: () => stream.close(),
        state: () => stream.state(),
        receive: (bytes, offset, length) => stream.receive(bytes, offset, length),
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
        error: '',
      };
    default:
      return stream;
  }
}

/** Strategies that hear of orders and do nothing: one of {@link DISGUISES}. */
export const DEAF_SINKS: readonly OrderEventSink[] = [
  { orderEvent: () => undefined },
  { a: 0, orderEvent: () => void 0 } as OrderEventSink,
  { b: 0, orderEvent() {} } as OrderEventSink,
  { c: 0, orderEvent: function nothing() {} } as OrderEventSink,
  { d: 0, orderEvent: () => {} } as OrderEventSink,
];
