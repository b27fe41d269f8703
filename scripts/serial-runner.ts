/**
 * Jest's own runner, for tests that start real clusters: one file after the other. Side by side on a small machine they would keep
 * each other from running, and a stalled machine proves nothing.
 */
import { createRequire } from 'node:module';

// Its types describe what `require` gives, not what `import` does.
const { default: TestRunner } = createRequire(import.meta.url)(
  'jest-runner',
) as typeof import('jest-runner');

export default class SerialRunner extends TestRunner {
  override readonly isSerial = true;
}
