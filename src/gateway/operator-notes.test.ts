import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNoteMemory, MAX_NOTE_BYTES, OperatorNoteReader, OperatorNotes } from './operator-notes.ts';

function ends() {
  const memory = createNoteMemory();
  return { notes: new OperatorNotes(memory), reader: new OperatorNoteReader(memory) };
}

test('texts arrive whole and in order, one at a time, cut at a whole character', () => {
  const { notes, reader } = ends();
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 1500 }), (text) => {
      expect(notes.write(text)).toBe(true);
      expect(notes.write('too soon')).toBe(false);
      let taken = '';
      reader.take((one) => {
        taken = one;
        return true;
      });
      expect(text.startsWith(taken)).toBe(true);
      const lost = Buffer.byteLength(text) - Buffer.byteLength(taken);
      expect(lost === 0 || Buffer.byteLength(taken) > MAX_NOTE_BYTES - 4).toBe(true);
      expect(notes.isTaken).toBe(true);
    }),
  );
});

test('a text that finds no room in the journal waits', () => {
  const { notes, reader } = ends();
  reader.take(() => expect.unreachable());
  notes.write('ann: kill (a drill): done');
  reader.take(() => false);
  expect(notes.isTaken).toBe(false);
  const taken: string[] = [];
  for (let look = 0; look < 2; look++) reader.take((text) => taken.push(text) > 0);
  expect(taken).toEqual(['ann: kill (a drill): done']);
});
