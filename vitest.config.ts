import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` runs files side by side; `serial` runs one file at a time and holds whatever spins, owns network
 * namespaces, kills processes or installs packages (spinning threads need a core each, and test hosts have two).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.serial.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
          pool: 'forks',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'serial',
          include: ['src/**/*.serial.test.ts', 'test/**/*.serial.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: 'forks',
          fileParallelism: false,
          // Real processes, namespaces and browsers on a shared machine: in CI a second try tells a stall of the machine from
          // a fault; the report names what needed one, and that is to be mended.
          retry: process.env.CI === undefined ? 0 : 1,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
