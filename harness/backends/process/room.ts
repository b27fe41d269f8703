import { statfsSync, type StatsFs } from 'node:fs';
import { LiveFailure } from '../live/failure.ts';

const lookEveryMs = 500;
/** With less than this a node's next write may be the one that fails. */
const bytesMin = 1 << 20;

/** Why nodes cannot go on writing there; `undefined` where they can. A file system that does not count shows no blocks, or no files. */
export const lackIn = (
  of: Pick<StatsFs, 'blocks' | 'bsize' | 'bfree' | 'bavail' | 'files' | 'ffree'>,
  { isRoot }: { readonly isRoot: boolean },
): string | undefined => {
  // What is kept back for the superuser is free for that one.
  const bytes = (isRoot ? of.bfree : of.bavail) * of.bsize;
  if (of.blocks > 0 && bytes < bytesMin) return `only ${bytes} bytes are free`;
  if (of.files > 0 && of.ffree === 0) return 'no further file can be made';
  return undefined;
};

/**
 * A full disk ends nodes that write to it, which is right of them, and looks like their fault. So the file system of a run's folder
 * is watched. `look` looks at once; `onLack` is called once.
 */
export const watchRoom = (
  folder: string,
  onLack: (failure: LiveFailure) => void,
  { lack = lackIn }: { readonly lack?: typeof lackIn } = {},
): Disposable & { look(): void } => {
  let told = false;
  const look = (): void => {
    if (told) return;
    let why: string | undefined;
    try {
      why = lack(statfsSync(folder), { isRoot: process.getuid?.() === 0 });
    } catch {
      // A folder that is gone is noticed by those who need it.
    }
    if (why === undefined) return;
    told = true;
    onLack(
      new LiveFailure({
        place: `the folder for temporary files, ${folder}`,
        what: `the disk is full: ${why}`,
        nextStep: 'make room there, or name another folder in TMPDIR',
      }),
    );
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return {
    look,
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
};
