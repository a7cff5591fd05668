import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../test/support/shared-data.ts';
import { hasTshark, tsharkFields } from '../../test/support/tshark.ts';
import { CaptureFile } from './capture-bytes.ts';
import { scanCapture } from './capture-scan.ts';
import { LineTable } from './line-table.ts';
import { replayCapture } from './replay.ts';
import { truthOf, unitsOfMdp3, unitsOfMold } from './testing/naive-packets.ts';

/** Real captures lie beside the checkout; where they don't, these tests say so and are skipped. */
const real = (path: string): [found: string, skip: string] => {
  const found = sharedData(path);
  return [found ?? '', found === undefined ? ' (skipped: no real captures beside this checkout)' : ''];
};

const cmeLines = [
  { name: 'A', address: '224.0.31.11', port: 14320 },
  { name: 'B', address: '224.0.32.11', port: 15320 },
];
const cme = { name: 'cme-mdp3', protocol: 'cme-mdp3', lines: cmeLines };

async function tsharkPayloads(path: string): Promise<Buffer[]> {
  const rows = await tsharkFields(path, ['udp.payload'], ['-Y', 'udp', '--disable-protocol', 'cme']);
  return rows.map(([payload]) => Buffer.from(payload.replace(/:/g, ''), 'hex'));
}

const [bothLines, noCme] = real('cme-mdp3/cme_v8_AB_20160927.pcap');
describe.skipIf(noCme !== '')(`CME channel captured on both lines${noCme}`, () => {
  it('is delivered whole, B first for 4289 of 5000', async () => {
    const { reports, scans } = await replayCapture({ feeds: [cme], files: [bothLines] });
    expect(scans[0]).toMatchObject({ stepsBack: 612, damage: undefined });
    expect(reports[0]).toMatchObject({
      feed: 'cme-mdp3',
      delivered: 5000,
      firstSeq: 17347815,
      lastSeq: 17352814,
      duplicates: 5000,
      gaps: [],
      filled: { otherLine: 0, retransmit: 0, snapshot: 0 },
      lost: 0,
      switches: 0,
      lines: {
        A: { packets: 5000, units: 5000, first: 711, duplicates: 4289, lost: 0, malformed: 0 },
        B: { packets: 5000, units: 5000, first: 4289, duplicates: 711, lost: 0, malformed: 0 },
      },
    });
  });

  it('delivers the packets of the published decode, message by message', async () => {
    const templates: { seq: number; templates: number[] }[] = [];
    const onUnit = (
      _feed: number,
      id: number,
      _rxNs: number,
      _bytes: Uint8Array,
      view: DataView,
      offset: number,
      length: number,
    ): void => {
      const found: number[] = [];
      for (let at = offset; at < offset + length; at += view.getUint16(at, true))
        found.push(view.getUint16(at + 4, true));
      templates.push({ seq: id, templates: found });
    };
    await replayCapture({ feeds: [cme], files: [bothLines], onUnit });
    const golden = gunzipSync(readFileSync(real('cme-mdp3/golden/cme_v8.decoded.ndjson.gz')[0]))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; msgs: { t: number }[] });
    expect(templates).toEqual(golden.map(({ seq, msgs }) => ({ seq, templates: msgs.map(({ t }) => t) })));
  });

  it.skipIf(!hasTshark)('has the bytes that tshark reads', async () => {
    const truth = truthOf((await tsharkPayloads(bothLines)).flatMap(unitsOfMdp3));
    const { reports } = await replayCapture({ feeds: [cme], files: [bothLines] });
    expect(reports[0]).toMatchObject(truth);
  });

  it.each(['first', 'sticky'] as const)('comes out the same every time under policy %s', async (policy) => {
    // The channel is quiet for up to a minute, heartbeats included: no line is stale sooner.
    const arbitration = { policy, heartbeatNs: 60e9, staleAfterNs: 180e9 };
    const once = await replayCapture({ feeds: [{ ...cme, arbitration }], files: [bothLines] });
    const again = await replayCapture({ feeds: [{ ...cme, arbitration }], files: [bothLines] });
    expect(again.reports).toEqual(once.reports);
    expect(once.reports[0]).toMatchObject({ delivered: 5000, gaps: [], switches: 0 });
  });

  it('is whole from either line alone', async () => {
    for (const line of cmeLines) {
      const { reports } = await replayCapture({ feeds: [{ ...cme, lines: [line] }], files: [bothLines] });
      expect(reports[0]).toMatchObject({ delivered: 5000, gaps: [], duplicates: 0 });
    }
  });
});

describe.skipIf(noCme !== '')(`CME excerpts with the same holes on both lines${noCme}`, () => {
  it.each([
    ['stats', 178, 115],
    ['volume', 56, 55],
  ])('%s: declares every hole', async (name, delivered, holes) => {
    const [path] = real(`cme-mdp3/cme_v8_AB_filtered_${name}.pcap`);
    const [report] = (await replayCapture({ feeds: [cme], files: [path] })).reports;
    expect(report).toMatchObject({ delivered, duplicates: delivered });
    expect(report.gaps).toHaveLength(holes);
    expect(report.lost).toBe((report.lastSeq ?? 0) - (report.firstSeq ?? 0) + 1 - delivered);
    if (hasTshark) expect(report).toMatchObject(truthOf((await tsharkPayloads(path)).flatMap(unitsOfMdp3)));
  });

  it('has no hole left once the whole capture is replayed beside an excerpt', async () => {
    const [excerpt] = real('cme-mdp3/cme_v8_AB_filtered_stats.pcap');
    const [report] = (await replayCapture({ feeds: [cme], files: [excerpt, bothLines] })).reports;
    expect(report).toMatchObject({ delivered: 5000, gaps: [], duplicates: 5000 + 356 });
  });
});

const [multiple, noNasdaq] = real('nasdaq-singles/Nasdaq.Equities.TotalView.Itch.v5.0/Multiple.Packets.pcap');
describe.skipIf(noNasdaq !== '')(`Nasdaq packets off the wire${noNasdaq}`, () => {
  const lines = [{ name: 'A', address: '233.54.12.111', port: 26477 }];
  const itch = { name: 'itch', protocol: 'moldudp64', lines };

  it('counts each message of a packet, and the hole between two excerpts', async () => {
    const [report] = (await replayCapture({ feeds: [itch], files: [multiple] })).reports;
    expect(report).toMatchObject({
      delivered: 39,
      firstSeq: 14764496,
      lastSeq: 19009154,
      gaps: [[14764497, 19009116]],
      lost: 4244620,
    });
  });

  it.skipIf(!hasTshark)('puts all files in order and agrees with what tshark reads', async () => {
    const types = [
      'AddOrderNoMpidAttribution',
      'MarketParticipantPosition',
      'NetOrderImbalanceIndicator',
      'OrderDelete',
    ];
    const folder = 'nasdaq-singles/Nasdaq.Equities.TotalView.Itch.v5.0';
    const files = [multiple, ...types.map((type) => real(`${folder}/${type}Message.pcap`)[0])];
    const payloads = (await Promise.all(files.map(tsharkPayloads))).flat();
    const [report] = (await replayCapture({ feeds: [itch], files })).reports;
    expect(report).toMatchObject(truthOf(payloads.flatMap(unitsOfMold)));
    expect(report.delivered).toBe(43);
  });
});

const [, noOthers] = real('iex/TOPS16_20170710.pcapng.gz');
describe.skipIf(noOthers !== '')(`Captures of other venues${noOthers}`, () => {
  it.each([
    ['iex/TOPS16_20170710.pcapng.gz', '224.67.0.199', 16642, 13022],
    ['nyse-xdp/nyse_xdp_imbalances_20170929.pcap', '233.125.89.36', 11106, 11819],
    ['ice-impact/ice_impact_20160804.pcap', '233.156.208.52', 20052, 530],
  ])('%s is read whole', async (name, address, port, packets) => {
    const [path] = real(name);
    const scan = await scanCapture(await CaptureFile.find(path), new LineTable([{ address, port }]), 1);
    expect(scan.damage).toBeUndefined();
    expect([scan.tally.frames, scan.matched[0], scan.tally.truncated]).toEqual([packets, packets, 0]);
  });
});
