import type { Dialler, SessionStream } from '../../src/order/session-stream.ts';
import { StreamPhase } from '../../src/order/session-stream.ts';
import { OuchReply, OuchReplyKind } from '../../src/venues/nasdaq/ouch-reply.ts';
import { Ouch50Server } from '../../src/venues/nasdaq/ouch50-server.ts';
import { SoupServer, SoupState } from '../../src/venues/nasdaq/soupbintcp.ts';

const FOLDED_WORDS = 12;
const FOLD = 31;

/**
 * A venue without a socket: lets a session log on, answers its barrier, and then takes every byte that it is handed,
 * folding them into a checksum as the twin does.
 */
export class AnsweringVenue implements Dialler, SessionStream {
  readonly error = '';
  checksum = 0;
  private answering = true;
  private readonly ouch = new Ouch50Server();
  private readonly soup: SoupServer = new SoupServer({
    login: () => this.soup.accept('BENCH', 1),
    unsequenced: () => this.answer(),
    logout() {},
    failed() {},
  });
  private readonly message = new DataView(new ArrayBuffer(128));

  dial(): SessionStream {
    this.soup.onOpen();
    return this;
  }

  /** From here on it only takes. */
  takeOnly(): void {
    this.answering = false;
  }

  get loggedIn(): boolean {
    return this.soup.state === SoupState.loggedIn;
  }

  state(): number {
    return StreamPhase.open;
  }

  receive(bytes: Uint8Array, offset: number): number {
    const { soup } = this;
    const length = soup.outputLength;
    if (length === 0) return 0;
    for (let i = 0; i < length; i++) bytes[offset + i] = soup.output[i]!;
    soup.consumed(length);
    return length;
  }

  send(bytes: Uint8Array, offset: number, length: number): number {
    if (this.answering) {
      this.soup.onBytes(bytes, offset, length);
      return length;
    }
    if (bytes !== this.seen) this.look(bytes);
    const { words } = this;
    let sum = this.checksum;
    for (let i = 0; i < FOLDED_WORDS; i++) sum = (Math.imul(sum, FOLD) + words[i]!) | 0;
    this.checksum = sum;
    return length;
  }

  close(): void {}

  private seen: Uint8Array | undefined = undefined;
  private words: Int32Array = new Int32Array(0);

  /** The session's output is the same memory every time, and it begins at its start. */
  private look(bytes: Uint8Array): void {
    this.seen = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, FOLDED_WORDS);
  }

  private answer(): void {
    const reply = new OuchReply();
    reply.kind = OuchReplyKind.nextRef;
    reply.ref = 1;
    const length = this.ouch.write(this.message, 0, reply);
    this.soup.sendSequenced(new Uint8Array(this.message.buffer), 0, length);
  }
}
