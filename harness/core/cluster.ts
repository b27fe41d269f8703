/** The parts of a cluster as the harness names them. */

/** `m1`, `w2`, or a target's own name. */
export type NodeName = string;
/** Milliseconds on the run's one monotonic clock. In a finished history 0 is the end of formation, when the schedule begins. */
export type Ms = number;
export type NodeRole = 'manager' | 'worker';
export type Node = { readonly name: NodeName; readonly role: NodeRole };
export type Shape = { readonly managers: number; readonly workers: number };
/** How many of each a scenario or an option may ask for. */
export const shapeLimits = {
  managers: { min: 1, max: 15 },
  workers: { min: 0, max: 20 },
} as const;

/** Everything that clients send goes over links from here. */
export const clientSide = 'client';

/** What travels from one node to another, one way. Either end may be `client`. */
export type Link = { readonly from: NodeName; readonly to: NodeName };

/** Whether clients are at one end of it. */
export const isOfClients = ({ from, to }: Link): boolean =>
  from === clientSide || to === clientSide;

/** `m1__m2`: also the name of the link's proxy. */
export const linkName = (link: Link): string => `${link.from}__${link.to}`;

/** The smallest number of managers that can decide. */
export const majorityOf = (managers: number): number => Math.floor(managers / 2) + 1;
