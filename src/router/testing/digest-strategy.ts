import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { defineStrategy, NowCell } from 'warmline';

/**
 * Hashes every unit it is shown as the simulator hashes what it published, and checks that numbers follow each other.
 * Writes `{units, sha256, breaks, first, last}` to `options.file` when it is stopped.
 */
export default defineStrategy((context) => {
  const { file } = context.options as { file: string };
  const hash = createHash('sha256');
  const length4 = Buffer.alloc(4);
  let units = 0;
  let breaks = 0;
  let first = 0;
  let last = 0;
  return {
    onUnit(_feed, bytes, _view, offset, length) {
      length4.writeUInt32BE(length);
      hash.update(length4);
      hash.update(Buffer.from(bytes.buffer, bytes.byteOffset + offset, length));
      const id = context.now[NowCell.unitId];
      if (units === 0) first = id;
      else if (id !== last + 1) breaks++;
      last = id;
      units++;
    },
    onStop() {
      writeFileSync(file, JSON.stringify({ units, breaks, first, last, sha256: hash.digest('hex') }));
    },
  };
});
