/** Which answers of Docker's swarm API mean that something happened, surely did not, or may have. */

/** How an HTTP call ended. `sent: false`: surely nothing left the client. */
export type Ended =
  | { readonly status: number; readonly text: string }
  | { readonly failed: string; readonly sent: boolean };

export type SwarmOutcome = {
  readonly outcome: 'ok' | 'rejected' | 'unknown';
  /** Whether the answer rests on the replicated objects: also "not found", a name that is taken, "out of sequence", another mode. */
  readonly decided: boolean;
};

const ok: SwarmOutcome = { outcome: 'ok', decided: true };
const refused: SwarmOutcome = { outcome: 'rejected', decided: false };
const decidedAgainst: SwarmOutcome = { outcome: 'rejected', decided: true };
const unknown: SwarmOutcome = { outcome: 'unknown', decided: false };

/** The text of the version check that failed: a 500, not a 409, in Docker's API. */
export const outOfSequence = 'update out of sequence';

/**
 * A node that is to be demoted before it has become a member: a 404 that says nothing of the node's object, which is there (swarmkit
 * manager/controlapi/node.go UpdateNode).
 */
const noMember = "can't find manager in raft memberlist";

/**
 * An update that would change what an object cannot change, its mode or its name: of the object it says that it is there, and was other
 * than its author took it for (swarmkit manager/controlapi/service.go UpdateService, before it looks at the version).
 */
export const notOfItsKind = 501;

/** The locked node's own text (moby daemon/cluster/errors.go). */
export const lockedText =
  'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.';

/**
 * Reads how a call ended. A 5xx without a known text is `unknown`, and so is "does not have a leader": a proxy between client
 * and leader may have handed the request on once before.
 * @source moby daemon/server/httpstatus/status.go; swarmkit manager/state/raft/raft.go (lost leadership, deadlines)
 */
export const swarmOutcome = (ended: Ended): SwarmOutcome => {
  if ('failed' in ended) return ended.sent ? unknown : refused;
  const { status, text } = ended;
  if (status >= 200 && status < 300) return ok;
  if (status === 404 && text.includes(noMember)) return refused;
  if (status === 404 || status === 409 || status === notOfItsKind) return decidedAgainst;
  if (status >= 400 && status < 500) return refused;
  if (status === 503) return refused;
  if (status === 500 && text.includes(outOfSequence)) return decidedAgainst;
  return unknown;
};

/** `POST /swarm/join` that timed out goes on in the background (moby daemon/cluster/errors.go errSwarmJoinTimeoutReached). */
export const joinOutcome = (ended: Ended): SwarmOutcome =>
  'status' in ended &&
  ended.status === 503 &&
  ended.text.includes('will continue in the background')
    ? unknown
    : swarmOutcome(ended);

/** A manager that is asked to leave while it comes back from its lock says so, although it took the key. */
export const unlockOutcome = (ended: Ended): SwarmOutcome =>
  'status' in ended && ended.status === 503 && ended.text.includes('not part of a swarm')
    ? unknown
    : swarmOutcome(ended);
