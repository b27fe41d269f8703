import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Of the package: one level up in a clone, two in what is published. */
const read = (): string => {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const found = require(path) as { readonly name?: string; readonly version?: string };
      if (found.name === 'schism-harness' && found.version !== undefined) return found.version;
    } catch {
      // The next place.
    }
  }
  return '0.0.0';
};

export const version = read();
