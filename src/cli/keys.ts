/** Single keys of a terminal, without Enter. */

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const ESCAPE = '\u001b';

/** What keys need of the stream that they are read from. */
export type KeyStream = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
};

export interface Keys {
  /** False where there is no terminal to read from: then no key ever comes. */
  readonly active: boolean;
  /** Gives the terminal back as it was. May be called twice; also done when the process exits. */
  close(): void;
}

/**
 * Calls `onKey` for each key pressed, in lower case, and `onQuit` for `q`, Ctrl-C and Ctrl-D (in raw mode Ctrl-C sends
 * no signal). Arrow and function keys are ignored.
 */
export function readKeys(onKey: (key: string) => void, onQuit: () => void, input: KeyStream = process.stdin): Keys {
  if (input.isTTY !== true || input.setRawMode === undefined) return { active: false, close: () => {} };
  const onData = (chunk: Buffer | string) => {
    const text = chunk.toString();
    // A key that has no character arrives as a sequence that starts with escape.
    if (text.startsWith(ESCAPE)) return;
    for (const character of text) {
      const key = character.toLowerCase();
      if (key === 'q' || key === CTRL_C || key === CTRL_D) onQuit();
      else onKey(key);
    }
  };
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    input.off('data', onData);
    input.setRawMode?.(false);
    input.pause();
    process.off('exit', close);
  };
  input.setRawMode(true);
  input.on('data', onData);
  input.resume();
  process.on('exit', close);
  return { active: true, close };
}
