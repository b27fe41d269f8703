import type { Property } from '../../harness/core/property.ts';
import { chronicleOf } from '../chronicle.ts';
import { held, unknown, untested } from '../verdicts.ts';
import { deposedAfterHeal } from './deposed-after-heal.ts';
import { leadsAlone } from './leads-alone.ts';
import { loopsOutliveLeadership } from './loops-of-the-leader.ts';
import { aloneSpans, termStartedAlone } from './terms-started-alone.ts';

/**
 * A server that was partitioned does not disrupt the cluster when it rejoins, and a manager that no longer leads runs none of the
 * leader's loops. Four things are looked at: a manager that ceases to lead stops everything that only the leader runs; a
 * manager that hears nobody starts no term of its own (PreVote), and does not go on leading (CheckQuorum); and once all is healed, a
 * leader that had its majority all along is not deposed by those who come back.
 * @source Ongaro, Consensus: Bridging Theory and Practice, §6.2 and §9.6 "Preventing disruptions when a server rejoins the cluster";
 * moby TestAPISwarmLeaderElection (the old leader's restart causes no election); moby#53632 (an orchestrator outlived its leader).
 */
export const oldManagerDoesNoHarm: Property = {
  name: 'old-manager-does-no-harm',
  kind: 'safety',
  guarantee:
    'A server that was partitioned does not disrupt the cluster when it rejoins, a leader that hears nobody steps down, and a manager that no longer leads runs none of the loops of the leader.',
  source:
    'Ongaro, Consensus: Bridging Theory and Practice, §6.2, §9.6; moby TestAPISwarmLeaderElection',
  judge(history) {
    const { boots, roles } = chronicleOf(history);
    if (roles.length === 0) return unknown('no node said which role it has');
    for (const boot of boots) {
      const harm = loopsOutliveLeadership(boot);
      if (harm !== undefined) return harm;
    }
    const alone = aloneSpans(history);
    for (const span of alone) {
      const harm = termStartedAlone(span, history) ?? leadsAlone(span, history);
      if (harm !== undefined) return harm;
    }
    const { harm, tried } = deposedAfterHeal(history);
    if (harm !== undefined) return harm;
    if (alone.length > 0) return held('a manager that heard nobody for a while came back quietly');
    return tried
      ? held('managers that were away came back, and the leader of that time led on')
      : untested('no manager was away, alone or until the heal, and came back to a working leader');
  },
};
