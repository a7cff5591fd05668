import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureBytes, CaptureFile } from './capture-bytes.ts';
import { gzipMembers } from './testing/build-capture.ts';

/** Bytes that don't compress to nothing and don't repeat. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 12345;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

async function drain(bytes: CaptureBytes): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) chunks.push(Buffer.from(chunk));
  await bytes.close();
  return Buffer.concat(chunks);
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-bytes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array): Promise<CaptureFile> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return CaptureFile.find(path);
}

describe('CaptureFile', () => {
  const content = noise(700_000);

  it('reads a plain file, again and again', async () => {
    const found = await file('plain', content);
    expect(found.size).toBe(content.length);
    expect((await drain(await found.open())).equals(content)).toBe(true);
    expect((await drain(await found.open())).equals(content)).toBe(true);
  });

  it.each([1, 2, 5])('reads a gzip of %i members whatever its name', async (members) => {
    const bytes = await (await file('not-named-gz', gzipMembers(content, members))).open();
    expect((await drain(bytes)).equals(content)).toBe(true);
    expect(bytes.damage).toBeUndefined();
  });

  it('expands a gzip that shrank a thousandfold', async () => {
    const zeros = Buffer.alloc(20_000_000);
    expect((await drain(await (await file('zeros', gzipSync(zeros))).open())).equals(zeros)).toBe(true);
  });

  it('uses what a truncated gzip holds and says so', async () => {
    const whole = gzipSync(content);
    const bytes = await (await file('truncated', whole.subarray(0, 400_000))).open();
    const read = await drain(bytes);
    expect(bytes.damage).toBe('its gzip stream is truncated');
    expect(read.length).toBeGreaterThan(350_000);
    expect(read.equals(content.subarray(0, read.length))).toBe(true);
  });

  it('uses what stands before the damage in a gzip and says where that is', async () => {
    const whole = gzipMembers(content, 2);
    whole.fill(0xff, whole.length - 200_000, whole.length - 199_000);
    const bytes = await (await file('damaged', whole)).open();
    const read = await drain(bytes);
    expect(bytes.damage).toMatch(/gzip stream is damaged .* near byte \d+/);
    // Within the damaged member nothing tells right from wrong bytes; the whole one before it is right.
    expect(read.length).toBeGreaterThanOrEqual(350_000);
    expect(read.subarray(0, 350_000).equals(content.subarray(0, 350_000))).toBe(true);
  });

  it('leaves alone what is appended after it was found', async () => {
    const found = await file('growing', content);
    writeFileSync(found.path, Buffer.concat([content, content]));
    expect((await drain(await found.open())).length).toBe(content.length);
  });

  it('reads a pipe once and keeps it', async () => {
    const path = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [path]);
    const writing = promisify(execFile)('sh', ['-c', 'printf "through a pipe" > "$0"', path]);
    const found = await CaptureFile.find(path);
    await writing;
    expect((await drain(await found.open())).toString()).toBe('through a pipe');
    expect((await drain(await found.open())).toString()).toBe('through a pipe');
  });

  it('says which file is not there, and what is no file', async () => {
    await expect(CaptureFile.find(join(folder, 'nothing'))).rejects.toThrow(/no such capture file: .*nothing/);
    await expect(CaptureFile.find(folder)).rejects.toThrow(/is a directory/);
  });
});
