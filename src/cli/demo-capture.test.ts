import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedData } from '../../test/support/shared-data.ts';
import { findCmeLines } from './demo-capture.ts';

const TESTDATA = join(import.meta.dirname, '../../test/testdata');

test('the two lines of a CME channel are found by the numbers they share, however many channels a capture holds', async () => {
  const lines = (await findCmeLines(join(TESTDATA, 'cme-two-channels.pcap'))) ?? [];
  expect(lines).toHaveLength(2);
  // Lines of one channel differ in their group; another channel has other ports.
  expect(lines[0].address).not.toBe(lines[1].address);
});

test('a capture of another protocol is left to the venue as it is', async () => {
  expect(await findCmeLines(join(TESTDATA, 'mold-two-lines.pcapng.gz'))).toBeUndefined();
  expect(await findCmeLines(join(TESTDATA, 'mold-two-lines.json'))).toBeUndefined();
});

test('a capture that is not there is named', async () => {
  await expect(findCmeLines('/no/such.pcap')).rejects.toThrow('no such capture file: /no/such.pcap');
});

const real = sharedData('cme-mdp3/cme_v8_AB_20160927.pcap');
test.skipIf(real === undefined)(
  `of the real channel, A and B${real === undefined ? ' (skipped: no real captures beside this checkout)' : ''}`,
  async () => {
    expect(await findCmeLines(real ?? '')).toEqual(
      expect.arrayContaining([
        { address: '224.0.31.11', port: 14320 },
        { address: '224.0.32.11', port: 15320 },
      ]),
    );
  },
);
