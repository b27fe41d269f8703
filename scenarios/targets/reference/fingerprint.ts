import type { AgentMessage, DispatcherMessage } from '../../../cluster/agent/messages.ts';
import type { PeerMessage } from '../../../cluster/wire/messages.ts';
import type { RaftMessage } from '../../../cluster/raft/types.ts';

/** Numbers that tell messages apart, for the digest of a run; cheap, because every delivery asks for one. */
const raftKinds: Readonly<Record<RaftMessage['type'], number>> = {
  'vote-request': 1,
  'vote-response': 2,
  append: 3,
  'append-response': 4,
  'snapshot-chunk': 5,
  'snapshot-response': 6,
  'timeout-now': 7,
  removed: 8,
  'log-lost': 9,
};

const mixed = (a: number, b: number): number => Math.imul(a ^ b, 0x9e3779b1) ^ (a >>> 15);

const ofRaft = (message: RaftMessage): number => {
  const base = mixed(raftKinds[message.type], message.term);
  switch (message.type) {
    case 'append':
      return mixed(
        mixed(mixed(base, message.prevIndex), message.entries.length),
        message.commit ^ (message.round << 8),
      );
    case 'append-response':
    case 'snapshot-response':
    case 'snapshot-chunk':
      return mixed(mixed(base, message.index), message.round);
    case 'vote-request':
      return mixed(mixed(base, message.lastIndex), message.pre ? 1 : 0);
    case 'vote-response':
      return mixed(base, (message.pre ? 1 : 0) + (message.granted ? 2 : 0));
    case 'log-lost':
      return mixed(base, message.index);
    case 'timeout-now':
    case 'removed':
      return base;
  }
};

/** Ids differ enough in their last letters. */
const ofId = (text: string): number => {
  let hash = text.length;
  for (let at = Math.max(0, text.length - 6); at < text.length; at += 1) {
    hash = mixed(hash, text.charCodeAt(at));
  }
  return hash;
};

const ofAgent = (message: AgentMessage): number => {
  switch (message.type) {
    case 'register':
      return mixed(11, ofId(message.nonce));
    case 'heartbeat':
      return mixed(12, message.beat);
    case 'status':
      return mixed(mixed(13, message.batch), message.updates.length);
    case 'assigned':
      return mixed(14, message.sequence);
    case 'leave':
      return 15;
  }
};

const ofDispatcher = (message: DispatcherMessage): number => {
  switch (message.type) {
    case 'session':
      return mixed(21, ofId(message.session));
    case 'not-leader':
      return mixed(22, ofId(message.nonce));
    case 'session-invalid':
      return mixed(23, ofId(message.session));
    case 'heartbeat-ack':
      return mixed(24, message.beat);
    case 'status-ack':
      return mixed(25, message.batch);
    case 'assignments':
      return mixed(mixed(26, message.sequence), message.update.length);
  }
};

export const fingerprintOf = (message: PeerMessage): number => {
  switch (message.type) {
    case 'raft':
      return ofRaft(message.message);
    case 'agent':
      return ofAgent(message.message);
    case 'dispatcher':
      return ofDispatcher(message.message);
    case 'join':
      return mixed(31, ofId(message.request.nonce));
    case 'join-answer':
      return mixed(32, ofId(message.answer.nonce));
    case 'forward':
      return mixed(33, ofId(message.id));
    case 'forward-answer':
      return mixed(mixed(34, ofId(message.id)), message.response.status);
    case 'forward-answer-part':
      return mixed(mixed(37, ofId(message.id)), message.part);
    case 'seal-question':
      return mixed(35, ofId(message.nonce));
    case 'seal-answer':
      return mixed(mixed(36, ofId(message.nonce)), message.version);
  }
};
