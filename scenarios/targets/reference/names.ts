/** Symbolic keys and what the cluster knows them as. */

/** The keys of the workload's services. Few, so that clients meet on them. */
export const serviceKeys = ['a', 'b', 'c', 'd', 'e'] as const;

/** Services whose tasks end by themselves are the operator's: clients do not touch them. */
export const shortLivedKey = (number: number): string => `mayfly-${number}`;

/** Long enough never to appear by chance in what is encrypted: a scan of a folder looks for it. */
export const serviceName = (key: string): string => `lighthouse-${key}`;

/** Where peers reach a node. Each world resolves the name to the sender's own link. */
export const peerAddress = (node: string): string => `${node}:2377`;
