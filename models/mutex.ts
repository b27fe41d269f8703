import type { Model } from './model.ts';

/** What a client may ask of a lock. Like Knossos's mutex, the lock does not know who holds it. */
export type MutexInput = { readonly f: 'acquire' } | { readonly f: 'release' };

/** A lock that one holder has at a time: acquiring a held one, or releasing a free one, is wrong. */
export function mutex(): Model<boolean, MutexInput, unknown> {
  return {
    name: 'mutex',
    init: false,
    step: (held, input) => (held === (input.f === 'release') ? [!held] : []),
    key: (held) => (held ? 1 : 0),
    identify: (input) => input.f,
    describe: (input) => input.f,
  };
}
