import type { Config } from 'jest';
import { availableParallelism } from 'node:os';

/** Every project compiles alike; what differs is which files it owns and whether its files run side by side. */
const shared = {
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'commonjs' },
      },
    ],
  },
  // These packages are ESM only; compiled with the rest, so that plain `npx jest` needs no flag.
  transformIgnorePatterns: ['/node_modules/(?!(p-retry|is-network-error|commander)/)'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/reports/out/'],
} as const satisfies Config;

/** A test belongs to the project that its name ends in: `x.process.test.ts`; without one it is `unit`. */
const owned = (name: string) => ({
  ...shared,
  displayName: name,
  testMatch: [`<rootDir>/**/*.${name}.test.ts`],
});

/** With few cores what starts clusters has them to itself, and everything else has all of them. */
const few = availableParallelism() < 4;
const live = few ? { runner: '<rootDir>/scripts/serial-runner.ts' } : {};

const config: Config = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.(sim|process|docker|browser)\\.test\\.ts$'],
    },
    owned('sim'),
    { ...owned('process'), ...live },
    { ...owned('docker'), ...live },
    owned('browser'),
  ],
  ...(few ? { maxWorkers: '100%' } : {}),
  testTimeout: 60_000,
  // What runs side by side within one file starts processes that take a core each.
  maxConcurrency: 2,
};

export default config;
