import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

/** A place in a config file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

type MaybeNode = Node | null | undefined;

function follow(document: Document, node: MaybeNode): MaybeNode {
  return isAlias(node) ? node.resolve(document) : node;
}

function keyText(pair: Pair): string {
  if (!isScalar(pair.key)) return String(pair.key);
  // The parser reads the merge key `<<` as a symbol.
  return typeof pair.key.value === 'symbol' ? '<<' : String(pair.key.value);
}

/** The pair of a map that sets `key`: its own, or one brought in by a merge key (`<<: *defaults`). */
function findPair(document: Document, node: MaybeNode, key: string, depth = 0): Pair | undefined {
  const map = follow(document, node);
  if (!isMap(map) || depth > 16) return undefined;
  const own = map.items.find((pair) => keyText(pair) === key);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (keyText(pair) !== '<<') continue;
    const merged = follow(document, pair.value as MaybeNode);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const found = findPair(document, source as MaybeNode, key, depth + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * Finds where a path of a parsed YAML document is written. A path that is not there (a missing key) is shown at the
 * nearest thing that is: the key of the map that lacks it.
 * @param at `key`: the place of the last key; `value`: of what it holds
 */
export function locate(
  document: Document,
  lines: LineCounter,
  path: readonly (string | number)[],
  at: 'key' | 'value',
): Place {
  let node: MaybeNode = document.contents as MaybeNode;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, segment] of path.entries()) {
    const here = follow(document, node);
    const last = depth === path.length - 1;
    if (isSeq(here) && typeof segment === 'number') {
      node = here.items[segment] as MaybeNode;
      if (node?.range == null) break;
      offset = node.range[0];
      continue;
    }
    const pair = findPair(document, here, String(segment));
    if (pair === undefined) break;
    const keyOffset = (pair.key as MaybeNode)?.range?.[0] ?? offset;
    node = pair.value as MaybeNode;
    const value = follow(document, node);
    // A block map or list has no mark of its own: its key is what a person looks for.
    const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true;
    const useKey = node?.range == null || isBlock || (last && at === 'key');
    offset = useKey ? keyOffset : (value?.range?.[0] ?? keyOffset);
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
