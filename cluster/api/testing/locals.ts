/** A node in each state that a request may find it in, and what it says there of what it cannot do. */
import { localOf } from './leader.ts';

export const outside = localOf({
  state: 'inactive',
  role: undefined,
  nodeId: undefined,
  managers: [],
});
export const worker = localOf({ role: 'worker' });
export const locked = localOf({ state: 'locked' });
export const broken = localOf({ state: 'error', error: 'the log is damaged' });

/** Not yet a member. */
export const joining = localOf({ state: 'pending', role: undefined, nodeId: undefined });

/** A member that was started just now. */
export const starting = localOf({ state: 'pending' });
export const manager = localOf();

const notManager = 'This node is not a swarm manager. ';
export const texts = {
  outside: `${notManager}Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`,
  worker: `${notManager}Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.`,
  preparing: `${notManager}Manager is being prepared or has trouble connecting to the cluster.`,
  locked:
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
  member:
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
  stranger: 'This node is not part of a swarm',
};
