import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file of a program of ours that lies beside a module: `.ts` in a clone, `.js` in an installed package. */
export const programBeside = (moduleUrl: string, name: string): string =>
  fileURLToPath(new URL(`./${name}${extname(fileURLToPath(moduleUrl))}`, moduleUrl));
