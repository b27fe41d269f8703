/** A file that cannot be what was written. Fatal: cutting it away would forget what was acknowledged. */
export class Damage extends Error {}
