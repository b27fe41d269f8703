import { clientSide, isOfClients, type NodeName } from '../../harness/core/cluster.ts';
import { clientsWord, type Deed, type Fault, type Selection } from '../../harness/core/fault.ts';
import type { FaultRecord } from '../../harness/core/history.ts';
import { unreachable } from '../../harness/core/unreachable.ts';

const nameOf = (selection: Selection): string =>
  typeof selection === 'string' ? selection : selection.map(nameOf).join(', ');

/** A fault as drawn, in a few words. */
export const faultWords = (fault: Fault): string => {
  switch (fault.kind) {
    case 'cut':
      return `cut ${nameOf(fault.from)} ${fault.direction === 'both' ? '↔' : '→'} ${nameOf(fault.to)} (${fault.mode})`;
    case 'partition':
      return `partition ${fault.groups.map((group) => `{${nameOf(group)}}`).join(' | ')} (${fault.mode})`;
    case 'ring':
      return `ring (${fault.mode})`;
    case 'delay':
      return `delay ${nameOf(fault.from)} ↔ ${nameOf(fault.to)} by ${fault.delayMs} ms`;
    case 'flap':
      return `flap ${nameOf(fault.from)} ↔ ${nameOf(fault.to)} every ${fault.periodMs} ms`;
    case 'kill':
      return `kill ${nameOf(fault.nodes)}`;
    case 'pause':
      return `pause ${nameOf(fault.nodes)}`;
    case 'procedure':
      return [
        fault.name,
        ...(fault.nodes === undefined ? [] : [nameOf(fault.nodes)]),
        ...asked(fault),
      ].join(' ');
    default:
      return unreachable(fault);
  }
};

/** What it is told besides, in brackets: flags that are set by their names alone. */
const asked = ({ args = {} }: Extract<Fault, { kind: 'procedure' }>): readonly string[] => {
  const told = Object.entries(args).flatMap(([name, value]) => {
    if (value === false) return [];
    return [value === true ? name : `${name} ${JSON.stringify(value)}`];
  });
  return told.length === 0 ? [] : [`(${told.join(', ')})`];
};

/** The same for what was carried out: a fault that hits links of nodes and of clients is recorded as two. */
export const recordWords = ({ fault, deeds }: FaultRecord): string => {
  const ofClients = nodesCutFromClients(deeds).length > 0;
  const saysSo = 'from' in fault && [fault.from, fault.to].includes(clientsWord);
  return ofClients && !saysSo ? `${faultWords(fault)}: clients` : faultWords(fault);
};

/** The nodes whose links to clients these deeds hit. */
export const nodesCutFromClients = (deeds: readonly Deed[]): readonly NodeName[] => {
  const links = deeds.flatMap((deed) => ('links' in deed ? deed.links : []));
  const hit = links.filter(isOfClients).map(({ from, to }) => (from === clientSide ? to : from));
  return [...new Set(hit)];
};

/** What it came to, once roles had names. */
export const deedWords = (deed: Deed): string => {
  switch (deed.deed) {
    case 'cut':
      return `${deed.mode} ${deed.links.map(({ from, to }) => `${from}→${to}`).join(' ')}`;
    case 'delay':
      return `+${deed.delayMs} ms ${deed.links.map(({ from, to }) => `${from}→${to}`).join(' ')}`;
    case 'kill':
      return `kill ${deed.node}`;
    case 'pause':
      return `pause ${deed.node}`;
    default:
      return unreachable(deed);
  }
};
