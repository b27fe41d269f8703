import type { Device, Vocabulary } from '../program.ts';

/** For programs that drive nothing besides network and disk. */
export const noDevice = <V extends Vocabulary>(): Device<V> => ({
  carryOut({ type }) {
    throw new Error(`this target has no device that could carry out ${type}`);
  },
  due: () => undefined,
});
