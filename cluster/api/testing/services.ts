/** What tests of services ask a small leader for. */
import type { Json } from '../seam.ts';
import type { SmallLeader } from './leader.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const spec = (change: Fields = {}): Json => ({
  Name: 'web',
  TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
  ...change,
});

/** Creates a service, which has to succeed, and answers its id. */
export const created = (leader: SmallLeader, body: Json = spec()): string => {
  const response = leader.ask('POST', '/services/create', body);
  if (response.status !== 201)
    throw new Error(`${response.status}: ${JSON.stringify(response.body)}`);
  return (response.body as { readonly ID: string }).ID;
};

export const versionOf = (leader: SmallLeader, id: string): number =>
  leader.store.service(id)?.Version.Index ?? 0;

/** SwarmKit's words for a spec that is wrong. */
export const invalid = (text: string): string => `rpc error: code = InvalidArgument desc = ${text}`;
