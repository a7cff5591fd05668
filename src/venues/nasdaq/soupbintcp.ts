/**
 * SoupBinTCP 3.00 and 4.00, both sides, as pure state machines over bytes and time: no sockets, no timers. The owner
 * moves bytes (`onBytes` in; `output`, `outputLength`, `consumed` out) and tells the time now and then (`onTime`).
 *
 * Every packet is `length u16 | type | payload`, big-endian, the length counting type and payload. TCP may split and
 * join packets anywhere. Buffers are bounded: a packet is at most 65,537 bytes, and what does not fit the output is
 * refused to the caller, never queued without end.
 */
export { SoupClient, type SoupClientOptions, type SoupClientSink } from './soup-client.ts';
export {
  HEARTBEAT_INTERVAL_NS,
  LOGIN_TIMEOUT_NS,
  SILENCE_NS,
  SOUP_HEADER_BYTES,
  type SoupTimers,
} from './soup-endpoint.ts';
export { type SoupLogin, SoupServer, type SoupServerSink } from './soup-server.ts';
export { readNumber } from './soup-text.ts';
export { LoginReject, SoupState, SoupType } from './soup-words.ts';
