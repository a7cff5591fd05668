import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureFile } from './capture-bytes.ts';
import { scanCapture } from './capture-scan.ts';
import { LineTable } from './line-table.ts';
import { OrderedDatagrams } from './ordered-datagrams.ts';
import { buildCapture, captureKinds, isMicroseconds } from './testing/build-capture.ts';
import { ethernetFrame } from './testing/encapsulate.ts';

const lines = new LineTable([
  { address: '239.0.0.1', port: 1000 },
  { address: '239.0.0.2', port: 1000 },
]);
const NOBODY = 2;

interface Sent {
  readonly line: number;
  readonly stampNs: number;
}

/** Each datagram carries its file and its place in it. */
function capture(kind: (typeof captureKinds)[number], file: number, sent: readonly Sent[]): Buffer {
  const frames = sent.map(({ line, stampNs }, index) => {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(file, 0);
    payload.writeUInt32BE(index, 4);
    const destinationAddress = 0xef000001 + line;
    return {
      bytes: ethernetFrame({ sourceAddress: 1, sourcePort: 2, destinationAddress, destinationPort: 1000 }, payload),
      seconds: 1_600_000_000 + Math.floor(stampNs / 1e9),
      nanoseconds: stampNs % 1e9,
    };
  });
  return buildCapture(kind, 1, frames);
}

async function order(files: readonly Buffer[]): Promise<string[]> {
  const scans = [];
  for (const bytes of files) scans.push(await scanCapture(CaptureFile.ofBytes('memory', bytes), lines, 2));
  const datagrams = new OrderedDatagrams(scans, lines);
  const found: string[] = [];
  for (;;) {
    const datagram = datagrams.next();
    if (datagram !== undefined) {
      const { view, offset, line } = datagram;
      found.push(`${view.getUint32(offset)}/${view.getUint32(offset + 4)} on ${line}`);
    } else if (!(await datagrams.readMore())) return found;
  }
}

describe('OrderedDatagrams', () => {
  it('gives every datagram of the lines in stamp order; equal stamps keep the order of files, then of bytes', async () => {
    const anySent = fc.record({ line: fc.integer({ min: 0, max: NOBODY }), stampNs: fc.nat(3_000_000_000) });
    const anyFile = fc.record({ kind: fc.constantFrom(...captureKinds), sent: fc.array(anySent, { maxLength: 40 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(anyFile, { minLength: 1, maxLength: 4 }), async (files) => {
        const expected = files
          .flatMap(({ kind, sent }, file) =>
            sent.map(({ line, stampNs }, index) => ({
              text: `${file}/${index} on ${line}`,
              line,
              stampNs: isMicroseconds(kind) ? Math.floor(stampNs / 1000) : stampNs / 1000,
            })),
          )
          .filter(({ line }) => line !== NOBODY)
          .sort((a, b) => a.stampNs - b.stampNs)
          .map(({ text }) => text);
        expect(await order(files.map(({ kind, sent }, file) => capture(kind, file, sent)))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('measures disorder: how often stamps step back and how far', async () => {
    const sent = [10, 50, 20, 30, 5].map((stampNs) => ({ line: 0, stampNs }));
    const scan = await scanCapture(CaptureFile.ofBytes('memory', capture('pcapng-le', 0, sent)), lines, 2);
    expect(scan).toMatchObject({ stepsBack: 2, displacementNs: 45 });
  });

  it('is not thrown out of order by one absurd stamp', async () => {
    const absurd = { line: 0, stampNs: -1_600_000_000e9 };
    const sent = [{ line: 0, stampNs: 7 }, { line: 1, stampNs: 8 }, absurd, { line: 0, stampNs: 9 }];
    expect(await order([capture('pcap-ns-le', 0, sent)])).toEqual(['0/2 on 0', '0/0 on 0', '0/1 on 1', '0/3 on 0']);
  });
});
