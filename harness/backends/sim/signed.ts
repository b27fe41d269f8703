import type { Ms, NodeName } from '../../core/cluster.ts';
import type { Observation } from '../../core/history.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Digest } from './digest.ts';
import type { Said } from './program.ts';

export type Signature = {
  readonly node: NodeName;
  readonly boot: string;
  readonly seq: number;
  readonly at: Ms;
};

/** What a node said, with who said it and when. The kinds of which there are many are written out: it is several times as fast as a spread. */
export const signed = (said: Said, by: Signature): Observation => {
  const { node, boot, seq, at } = by;
  switch (said.kind) {
    case 'commit': {
      const { kind, index, term, hash, tasks, services, nodes, restored } = said;
      return { node, boot, seq, at, kind, index, term, hash, tasks, services, nodes, restored };
    }
    case 'task': {
      const { kind, id, state } = said;
      return { node, boot, seq, at, kind, id, state };
    }
    case 'executor': {
      const { kind, id, state } = said;
      return { node, boot, seq, at, kind, id, state };
    }
    default:
      return { ...by, ...said };
  }
};

/** Adds what tells one observation from another of its kind. */
export const addObservation = (digest: Digest, observation: Observation): void => {
  digest.addWord(observation.kind);
  switch (observation.kind) {
    case 'role':
      digest.addWord(observation.role);
      digest.addWide(observation.term);
      return;
    case 'vote':
      digest.addText(observation.candidate);
      digest.addWide(observation.term);
      return;
    case 'commit':
      digest.addWide(observation.index);
      digest.addWide(observation.hash);
      return;
    case 'state':
      digest.addWide(observation.index);
      digest.addText(observation.digest);
      return;
    case 'task':
    case 'executor':
    case 'lock':
      digest.addWord(observation.state);
      return;
    case 'membership':
      digest.add(observation.voters.length | (observation.learners.length << 8));
      return;
    case 'manager':
      digest.add(observation.running ? 1 : 0);
      return;
    case 'note':
      digest.addText(observation.text);
      return;
    case 'boot':
      return;
    default:
      unreachable(observation);
  }
};
