import { parentPort, workerData } from 'node:worker_threads';
import { LedgerCells } from '../ledger-cells.ts';
import { PositionCell } from '../ledger-layout.ts';
import { SlotField, SlotTime } from '../order-layout.ts';
import { OrderStore } from '../order-store.ts';
import { OrderReader } from '../order-view.ts';
import { isDone } from '../terms.ts';

/** Reads the newest order and its position as fast as it can until told to stop (cell 0), counting reads (cell 1). */
const { orders, positions, control } = workerData as {
  orders: SharedArrayBuffer;
  positions: SharedArrayBuffer;
  control: Int32Array;
};
const store = new OrderStore(orders);
const reader = new OrderReader(store);
const ledger = new LedgerCells(positions);
const row = new Float64Array(PositionCell.cells);
let [torn, partial, changes, last] = [0, 0, 0, 0];
while (Atomics.load(control, 0) === 0) {
  const slot = store.count - 1;
  if (!reader.read(slot)) continue;
  Atomics.add(control, 1, 1);
  const { int32, float64 } = reader;
  const [shares, executed, leaves] = [SlotField.shares, SlotField.executed, SlotField.leaves].map((at) => int32[at]);
  if (int32[SlotField.number] !== slot + 1) torn++;
  if (executed + leaves + int32[SlotField.cancelled] !== shares) torn++;
  if (float64[SlotTime.executedValue4] !== executed * int32[SlotField.price4]) torn++;
  if (isDone(int32[SlotField.state]) !== (leaves === 0)) torn++;
  if (executed > 0 && leaves > 0) partial++;
  if (int32[SlotField.version] + slot !== last) changes++;
  last = int32[SlotField.version] + slot;
  // Every purchase costs the same: position and cost belong together.
  if (ledger.read(ledger.ofAccount(0, 0), PositionCell.cells, row)) {
    if (row[PositionCell.cost4] !== row[PositionCell.position] * int32[SlotField.price4]) torn++;
    if (row[PositionCell.boughtShares] !== row[PositionCell.position]) torn++;
  }
}
parentPort?.postMessage({ torn, partial, changes });
