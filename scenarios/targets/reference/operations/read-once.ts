import { Recent } from '../../../../cluster/recent.ts';

/** More than the objects of a run, so that a list and what is read between two of them find all of it again. */
const objects = 64;

/**
 * Reads a part of an answer once. In the simulator one version of an object is one frozen value in every answer that shows it; what
 * other worlds answer is parsed anew each time, and read each time.
 */
export const readOnce = <Read>(read: (shown: unknown) => Read): ((shown: unknown) => Read) => {
  const known = new Recent<object, Read>(objects);
  return (shown) => {
    if (typeof shown !== 'object' || shown === null) return read(shown);
    const already = known.get(shown);
    if (already !== undefined) return already;
    const made = read(shown);
    known.set(shown, made);
    return made;
  };
};
