/** Something that whoever runs the simulator can mend: a port in use, a fault at a line that does not exist. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
}
