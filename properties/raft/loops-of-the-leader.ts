import type { Verdict } from '../../harness/core/property.ts';
import type { Boot, Said } from '../chronicle.ts';
import { broken, moment } from '../verdicts.ts';

/** Control loops that start under a manager that does not lead, or go on after it has said that it no longer leads. */
export const loopsOutliveLeadership = ({ node, said }: Boot): Verdict | undefined => {
  let running: Said<'manager'> | undefined;
  let role: Said<'role'> | undefined;
  for (const words of said) {
    if (words.kind === 'role') role = words;
    if (words.kind === 'manager') {
      if (words.running && role !== undefined && role.role !== 'leader')
        return started(words, role);
      running = words.running ? words : undefined;
    }
    if (running === undefined || role === undefined || role.role === 'leader') continue;
    // Role and loops change in one event, in this order: a later commit or task shows loops that were left running.
    if (words.kind !== 'commit' && words.kind !== 'task' && words.kind !== 'lock') continue;
    return broken(`${node} no longer leads, and its orchestrators go on`, [
      moment(
        running.at,
        node,
        `${node} starts orchestrators and scheduler in term ${running.term}`,
      ),
      moment(role.at, node, `${node} is a ${role.role} in term ${role.term}`),
      moment(words.at, node, `${node} goes on without having stopped them`),
    ]);
  }
  return undefined;
};

const started = (loops: Said<'manager'>, role: Said<'role'>): Verdict =>
  broken(`${loops.node} starts the leader's orchestrators as a ${role.role}`, [
    moment(role.at, role.node, `${role.node} is a ${role.role} in term ${role.term}`),
    moment(loops.at, loops.node, `${loops.node} starts orchestrators and scheduler`),
  ]);
