import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import type { RouterFile } from '../status/router-files.ts';
import { UserError } from './errors.ts';

/** What a router answered. */
export type ControlReply =
  | { readonly type: 'done'; readonly result?: unknown }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

const NS_PER_MS = 1e6;

/** A conversation with one running router, over its control socket. */
export class ControlClient {
  private readonly socket: Socket;
  private readonly router: RouterFile;
  private readonly waitNs: number;
  private readonly lines: AsyncIterableIterator<string>;

  private constructor(router: RouterFile, socket: Socket, waitNs: number) {
    this.router = router;
    this.socket = socket;
    this.waitNs = waitNs;
    this.lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  /**
   * @param waitNs how long an answer may take
   * @throws {UserError} where it can't be reached, saying why and what to do
   */
  static async connect(router: RouterFile, waitNs: number): Promise<ControlClient> {
    const { about, alive, pid } = router;
    if (!alive) throw new UserError(`${about.venue} does not run: process ${pid} is gone`, 'see warmline top --list');
    if (about.control === undefined) {
      throw new UserError(`${about.venue} (process ${pid}) has no control socket`, 'its log says why');
    }
    const socket = connect(about.control);
    try {
      await once(socket, 'connect');
    } catch (error) {
      throw unreachable(router, error as NodeJS.ErrnoException);
    }
    // what goes wrong later shows as an answer that does not come
    socket.on('error', () => {});
    socket.write(`${JSON.stringify({ by: whoAsks() })}\n`);
    return new ControlClient(router, socket, waitNs);
  }

  /**
   * @param moreNs how much longer than usual the answer may take
   * @throws {UserError} if no answer comes in time
   */
  async ask(request: { readonly op: string } & Record<string, unknown>, moreNs = 0): Promise<ControlReply> {
    this.socket.write(`${JSON.stringify(request)}\n`);
    let timer: NodeJS.Timeout | undefined;
    const waitMs = (this.waitNs + moreNs) / NS_PER_MS;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.noAnswer(waitMs)), waitMs);
    });
    try {
      const { value, done } = await Promise.race([this.lines.next(), tooLate]);
      if (done === true) throw new UserError(`${this.router.about.venue} has closed the connection without an answer`);
      return JSON.parse(value) as ControlReply;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private noAnswer(waitMs: number): UserError {
    const { about, pid } = this.router;
    return new UserError(
      `${about.venue} (process ${pid}) has not answered within ${waitMs} ms: its main thread hangs, or the process is stopped`,
      `what was asked may yet be done. See: warmline top ${about.venue}. Orders are stopped without it: warmline ctl kill`,
    );
  }
}

function unreachable({ about, pid }: RouterFile, error: NodeJS.ErrnoException): UserError {
  const who = `${about.venue} (process ${pid})`;
  if (error.code === 'EACCES') {
    return new UserError(`${who} belongs to another user`, 'ask as that user, or as root: sudo warmline ctl …', {
      cause: error,
    });
  }
  return new UserError(`${who} can't be reached over ${about.control}: ${error.code}`, 'it has just ended, or hangs', {
    cause: error,
  });
}

/** The person behind sudo, where there is one. */
function whoAsks(): string {
  if (process.env.SUDO_USER) return process.env.SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? '?'}`;
  }
}
