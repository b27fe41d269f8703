/** When clients could not be sure to reach a node: what they asked then says nothing of it. */
import { clientSide, type Ms, type NodeName } from '../harness/core/cluster.ts';
import type { History } from '../harness/core/history.ts';
import { remembered } from './remembered.ts';

/** From the first call that hit the node's links to clients to the last confirmation that they are whole. */
type ClientCut = { readonly node: NodeName; readonly from: Ms; readonly to: Ms };

const clientCutsOf = remembered((history): readonly ClientCut[] => {
  const cuts: ClientCut[] = [];
  // Also those that are not proven: nobody is judged by what may have been lost.
  for (const { deeds, beginAt: from, endedAt: to = history.phases.endAt } of history.faults) {
    for (const deed of deeds) {
      if (from === undefined || !('links' in deed)) continue;
      for (const link of deed.links) {
        if (link.from === clientSide) cuts.push({ node: link.to, from, to });
        else if (link.to === clientSide) cuts.push({ node: link.from, from, to });
      }
    }
  }
  return cuts;
});

/** Whether a node's links to clients were hit, in whichever way, at some time of this stretch. */
export const cutFromClients = (
  history: History,
  node: NodeName,
  { from, to }: { readonly from: Ms; readonly to: Ms },
): boolean =>
  clientCutsOf(history).some((cut) => cut.node === node && cut.from <= to && cut.to >= from);
