/** What may come between clients and nodes, as fast-check draws it. */
import fc from 'fast-check';
import type { Ms } from '../core/cluster.ts';
import { clientsWord, type CutMode, type Fault, type Selection } from '../core/fault.ts';
import type { ScheduledFault } from '../core/schedule.ts';
import { cut, delay, partition } from './faults.ts';

/** One part of an injection in so many has such a fault: clients that ask nobody put nobody to the test. */
const oneIn = 8;
const leaseMsMin = 100;
const leaseMsMax = 1_200;
/** While nobody reaches anybody there is nothing to see. */
const allLeaseMsMax = 400;

/** Whoever is dropped waits for the end of its patience; whoever is refused or reset goes on and asks another node. */
const mode = fc.constantFrom<CutMode>('drop', 'refuse', 'refuse', 'reset', 'reset');

const lasting = (fault: fc.Arbitrary<Fault>, most: Ms): fc.Arbitrary<Omit<ScheduledFault, 'at'>> =>
  fc.record({ fault, forMs: fc.integer({ min: leaseMsMin, max: most }) });

/** Both ways; what clients ask; or what they are answered, so that it happens and they do not know. */
const between = (nodes: Selection, how: CutMode, way: 'both' | 'asked' | 'answered'): Fault =>
  way === 'answered'
    ? cut(nodes, clientsWord, { direction: 'forth', mode: how })
    : cut(clientsWord, nodes, { direction: way === 'both' ? 'both' : 'forth', mode: how });

const way = fc.constantFrom('both', 'asked', 'answered', 'answered');

const fault: fc.Arbitrary<Omit<ScheduledFault, 'at'>> = fc.oneof(
  {
    weight: 4,
    arbitrary: lasting(
      fc
        .tuple(fc.constantFrom('leader', 'leader', 'minority', 'majority'), mode, way)
        .map((drawn) => between(...drawn)),
      leaseMsMax,
    ),
  },
  {
    weight: 1,
    arbitrary: lasting(
      fc.tuple(fc.constant('managers'), mode, way).map((drawn) => between(...drawn)),
      allLeaseMsMax,
    ),
  },
  {
    weight: 3,
    arbitrary: lasting(
      fc
        .tuple(fc.constantFrom('leader', 'minority', 'majority'), mode)
        .map(([side, how]) => partition([[side, clientsWord], 'rest'], how)),
      leaseMsMax,
    ),
  },
  {
    weight: 1,
    arbitrary: lasting(
      fc
        .tuple(fc.constantFrom('leader', 'managers'), fc.integer({ min: 20, max: 400 }))
        .map(([nodes, delayMs]) => delay(clientsWord, nodes, delayMs)),
      leaseMsMax,
    ),
  },
);

/** None, or one, within an injection. */
export const clientFaults = (injectMs: Ms): fc.Arbitrary<readonly ScheduledFault[]> =>
  fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .record({ at: fc.integer({ min: 0, max: Math.floor(injectMs * 0.85) }), fault })
        .map(({ at, fault: drawn }) => [{ at, ...drawn }]),
    },
  );
