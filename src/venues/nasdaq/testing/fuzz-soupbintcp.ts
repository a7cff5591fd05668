import { SoupClient, type SoupLogin, SoupServer } from '../soupbintcp.ts';

const nothing = (): void => {};
const NOW = [0, 1e9, 2e9, 40e9].map((ns) => Float64Array.of(ns));
/** Small output, so that it fills. */
const OUTPUT_BYTES = 1;

function client(): SoupClient {
  return new SoupClient(
    { username: 'warm', password: 'line', outputBytes: OUTPUT_BYTES },
    {
      loginAccepted: nothing,
      loginRejected: nothing,
      sequenced: (bytes, _view, offset, length) => inBounds(bytes, offset, length),
      unsequenced: (bytes, _view, offset, length) => inBounds(bytes, offset, length),
      endOfSession: nothing,
      failed: nothing,
    },
  );
}

function inBounds(bytes: Uint8Array, offset: number, length: number): void {
  if (length < 0 || offset < 0 || offset + length > bytes.length) throw new Error('a message outside its buffer');
}

const talking = client();
let login: SoupLogin | undefined;
const server = new SoupServer(
  {
    login: (request) => {
      login = request;
    },
    unsequenced: (bytes, _view, offset, length) => inBounds(bytes, offset, length),
    logout: nothing,
    failed: nothing,
  },
  { outputBytes: OUTPUT_BYTES },
);

const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const LOGIN = latin(`\x00\x2fLwarm  line${' '.repeat(25)}1`.padEnd(49, ' '));
const ACCEPTED = latin(`\x00\x1fA      DAY1${'1'.padStart(20)}`);

/**
 * Any bytes, whole and cut in two, to a client that has logged in and to a server: nothing thrown, nothing outside a
 * buffer.
 */
export const target = {
  name: 'soupbintcp',
  seeds: [
    LOGIN,
    ACCEPTED,
    latin(`${String.fromCharCode(...ACCEPTED)}\x00\x03Sab\x00\x01H\x00\x02+x\x00\x01Z`),
    latin('\x00\x01R\x00\x03Uab\x00\x01O'),
    latin('\x00\x02JA'),
    latin('\x00\x00'),
  ],
  run(bytes: Uint8Array): void {
    talking.onOpen();
    talking.onBytes(ACCEPTED, 0, ACCEPTED.length);
    const half = bytes.length >> 1;
    talking.onBytes(bytes, 0, half);
    talking.onTime(NOW[1]);
    talking.onBytes(bytes, half, bytes.length - half);
    for (const now of NOW) talking.onTime(now);
    server.onOpen();
    server.onBytes(bytes, 0, bytes.length);
    if (login !== undefined) server.accept(login.session, 1);
    login = undefined;
    server.onBytes(bytes, 0, half);
    for (const now of NOW) server.onTime(now);
    if (talking.outputLength > talking.output.length) throw new Error('more output than there is room');
  },
};
