import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Sources in a clone, JavaScript in an installed package. */
export const fromSources = import.meta.filename.endsWith('.ts');

/** How this program was called, so that a printed line works where it is printed. */
export const invocation = (): string =>
  fromSources && (process.env.npm_lifecycle_event === 'schism' || existsSync('scenarios/main.ts'))
    ? 'npm run -s schism --'
    : 'npx schism';

const require = createRequire(import.meta.url);

/** Of the package: two folders up in a clone, three in what is published. */
const read = (): string => {
  for (const path of ['../../package.json', '../../../package.json']) {
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
