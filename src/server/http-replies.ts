import type { HttpResponse } from 'uWebSockets.js';

const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
];

export const TOO_MANY = '429 Too Many Requests';

const nothing = (): void => {};

/**
 * Has to be said of every response before it ends, although no handler here waits for anything: where a client asks for more
 * while it takes nothing, `end` may leave the response open, and the library aborts the whole process for one that is
 * open and has nobody to tell of its end.
 */
export function mayBeAborted(response: HttpResponse): void {
  response.onAborted(nothing);
}

/**
 * Answers a request, with the headers that protect every page. What the client does not take at once is kept once: until it
 * has been taken, a further request on the same connection ends the connection, so that a client that asks and never reads
 * holds one answer of memory and no more.
 */
export function reply(
  response: HttpResponse,
  status: string,
  contentType: string,
  body: string | Buffer,
  headers: readonly (readonly [string, string])[] = [],
): void {
  mayBeAborted(response);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.cork(() => {
    response.writeStatus(status);
    for (const [name, value] of [...SECURITY_HEADERS, ...headers]) response.writeHeader(name, value);
    response.writeHeader('Content-Type', contentType);
    // who is too fast has to come back
    if (status === TOO_MANY || bytes.length === 0) response.end(body, status === TOO_MANY);
    else sendAsTaken(response, bytes);
  });
}

function sendAsTaken(response: HttpResponse, bytes: Buffer): void {
  const start = response.getWriteOffset();
  const [whole] = response.tryEnd(bytes, bytes.length);
  if (whole) return;
  response.onWritable((offset) => response.tryEnd(bytes.subarray(offset - start), bytes.length)[0]);
}

/** @param reasons why it is not so; none = it is */
export function answerHealth(response: HttpResponse, reasons: readonly string[]): void {
  const ok = reasons.length === 0;
  const status = ok ? '200 OK' : '503 Service Unavailable';
  reply(response, status, 'application/json', `${JSON.stringify({ ok, reasons })}\n`, [['Cache-Control', 'no-store']]);
}
