/** What may stand in a peer message, kind by kind. The types make sure that no field is forgotten. */
import type {
  AgentMessage,
  AssignedTask,
  DispatcherMessage,
  TaskStatusUpdate,
} from '../agent/messages.ts';
import type { ApiRequest, ApiResponse } from '../api/seam.ts';
import type { Entry, Member, Membership, RaftMessage } from '../raft/types.ts';
import { taskStates } from '../store/objects.ts';
import type { JoinAnswer, JoinRequest, PeerMessage } from './messages.ts';
import {
  bytes,
  finite,
  flag,
  json,
  listOf,
  oneOf,
  optional,
  record,
  tableOf,
  text,
  variantsOf,
  whole,
} from './shape.ts';
import type { Check } from './shape.ts';

const member = record<Member>({ id: text, nodeId: text, address: text, voter: flag });
const membership = record<Membership>({ members: listOf(member), removed: listOf(text) });

type OfKind<K extends Entry['kind']> = Extract<Entry, { readonly kind: K }>;
const position = { index: whole, term: whole };
const entry = variantsOf<'kind', Entry>('kind', {
  data: record<OfKind<'data'>>({ ...position, kind: oneOf('data'), data: bytes }),
  noop: record<OfKind<'noop'>>({ ...position, kind: oneOf('noop') }),
  config: record<OfKind<'config'>>({ ...position, kind: oneOf('config'), membership }),
});

type Raft<K extends RaftMessage['type']> = Extract<RaftMessage, { readonly type: K }>;
const addressed = { from: text, to: text, term: whole };
const raft = variantsOf<'type', RaftMessage>('type', {
  'vote-request': record<Raft<'vote-request'>>({
    ...addressed,
    type: oneOf('vote-request'),
    pre: flag,
    lastIndex: whole,
    lastTerm: whole,
    transfer: flag,
  }),
  'vote-response': record<Raft<'vote-response'>>({
    ...addressed,
    type: oneOf('vote-response'),
    pre: flag,
    granted: flag,
  }),
  append: record<Raft<'append'>>({
    ...addressed,
    type: oneOf('append'),
    prevIndex: whole,
    prevTerm: whole,
    entries: listOf(entry),
    commit: whole,
    round: whole,
  }),
  'append-response': record<Raft<'append-response'>>({
    ...addressed,
    type: oneOf('append-response'),
    ok: flag,
    index: whole,
    conflictTerm: whole,
    round: whole,
  }),
  'snapshot-chunk': record<Raft<'snapshot-chunk'>>({
    ...addressed,
    type: oneOf('snapshot-chunk'),
    index: whole,
    snapshotTerm: whole,
    membership,
    hash: finite,
    offset: whole,
    bytes,
    done: flag,
    round: whole,
  }),
  'snapshot-response': record<Raft<'snapshot-response'>>({
    ...addressed,
    type: oneOf('snapshot-response'),
    index: whole,
    offset: whole,
    installed: flag,
    round: whole,
  }),
  'timeout-now': record<Raft<'timeout-now'>>({ ...addressed, type: oneOf('timeout-now') }),
  removed: record<Raft<'removed'>>({ ...addressed, type: oneOf('removed') }),
  'log-lost': record<Raft<'log-lost'>>({ ...addressed, type: oneOf('log-lost'), index: whole }),
});

const availability = oneOf('active', 'pause', 'drain');
const joinRequest = record<JoinRequest>({
  nonce: text,
  token: text,
  address: text,
  hostname: text,
  availability,
});
type Admitted = Extract<JoinAnswer, { readonly ok: true }>;
type Refused = Extract<JoinAnswer, { readonly ok: false }>;
const admitted = record<Admitted>({
  nonce: text,
  ok: oneOf(true),
  nodeId: text,
  clusterId: text,
  role: oneOf('manager', 'worker'),
  raftId: optional(text),
  secret: bytes,
  unlockKey: optional(bytes),
  unlockKeyVersion: whole,
  managers: listOf(member),
});
const refused = record<Refused>({ nonce: text, ok: oneOf(false), status: whole, message: text });
const joinAnswer: Check<JoinAnswer> = (value): value is JoinAnswer =>
  admitted(value) || refused(value);

const request = record<ApiRequest>({
  method: oneOf('GET', 'HEAD', 'POST', 'DELETE', 'PUT'),
  path: text,
  query: tableOf(text),
  headers: tableOf(text),
  body: optional(json),
});
const response = record<ApiResponse>({
  status: whole,
  headers: tableOf(text),
  body: optional(json),
});

const taskState = oneOf(...taskStates);
const assignedTask = record<AssignedTask>({
  id: text,
  serviceId: text,
  serviceName: text,
  slot: whole,
  image: text,
  args: listOf(text),
  env: listOf(text),
  stopGraceMs: finite,
  desired: taskState,
  state: taskState,
});
const statusUpdate = record<TaskStatusUpdate>({
  taskId: text,
  state: taskState,
  message: text,
  error: text,
  exitCode: optional(finite),
  ports: listOf(whole),
  at: finite,
});
const manager = record<{ readonly nodeId: string; readonly address: string }>({
  nodeId: text,
  address: text,
});

type FromAgent<K extends AgentMessage['type']> = Extract<AgentMessage, { readonly type: K }>;
const agent = variantsOf<'type', AgentMessage>('type', {
  register: record<FromAgent<'register'>>({
    type: oneOf('register'),
    nonce: text,
    nodeId: text,
    hostname: text,
    address: text,
  }),
  heartbeat: record<FromAgent<'heartbeat'>>({
    type: oneOf('heartbeat'),
    session: text,
    beat: whole,
  }),
  status: record<FromAgent<'status'>>({
    type: oneOf('status'),
    session: text,
    batch: whole,
    updates: listOf(statusUpdate),
  }),
  assigned: record<FromAgent<'assigned'>>({
    type: oneOf('assigned'),
    session: text,
    sequence: whole,
  }),
  leave: record<FromAgent<'leave'>>({ type: oneOf('leave'), session: text }),
});

type ToAgent<K extends DispatcherMessage['type']> = Extract<
  DispatcherMessage,
  { readonly type: K }
>;
const dispatcher = variantsOf<'type', DispatcherMessage>('type', {
  session: record<ToAgent<'session'>>({
    type: oneOf('session'),
    nonce: text,
    session: text,
    heartbeatMs: finite,
    managers: listOf(manager),
  }),
  'not-leader': record<ToAgent<'not-leader'>>({
    type: oneOf('not-leader'),
    nonce: text,
    leader: optional(text),
    managers: listOf(manager),
  }),
  'session-invalid': record<ToAgent<'session-invalid'>>({
    type: oneOf('session-invalid'),
    session: text,
    removed: flag,
  }),
  'heartbeat-ack': record<ToAgent<'heartbeat-ack'>>({
    type: oneOf('heartbeat-ack'),
    session: text,
    beat: whole,
    managers: listOf(manager),
  }),
  'status-ack': record<ToAgent<'status-ack'>>({
    type: oneOf('status-ack'),
    session: text,
    batch: whole,
  }),
  assignments: record<ToAgent<'assignments'>>({
    type: oneOf('assignments'),
    session: text,
    complete: flag,
    more: optional(oneOf(true)),
    appliesTo: whole,
    sequence: whole,
    update: listOf(assignedTask),
    remove: listOf(text),
  }),
});

type Peer<K extends PeerMessage['type']> = Extract<PeerMessage, { readonly type: K }>;

/** Whether a decoded value is a message that this version knows, complete to the last field. */
export const isPeerMessage = variantsOf<'type', PeerMessage>('type', {
  raft: record<Peer<'raft'>>({ type: oneOf('raft'), message: raft }),
  join: record<Peer<'join'>>({ type: oneOf('join'), request: joinRequest }),
  'join-answer': record<Peer<'join-answer'>>({ type: oneOf('join-answer'), answer: joinAnswer }),
  forward: record<Peer<'forward'>>({ type: oneOf('forward'), id: text, term: whole, request }),
  'forward-answer': record<Peer<'forward-answer'>>({
    type: oneOf('forward-answer'),
    id: text,
    response,
  }),
  'forward-answer-part': record<Peer<'forward-answer-part'>>({
    type: oneOf('forward-answer-part'),
    id: text,
    answer: text,
    part: whole,
    parts: whole,
    bytes,
  }),
  'seal-question': record<Peer<'seal-question'>>({
    type: oneOf('seal-question'),
    nonce: text,
    raftId: text,
  }),
  'seal-answer': record<Peer<'seal-answer'>>({
    type: oneOf('seal-answer'),
    nonce: text,
    confirmed: flag,
    version: whole,
    unlockKey: optional(bytes),
  }),
  agent: record<Peer<'agent'>>({ type: oneOf('agent'), message: agent }),
  dispatcher: record<Peer<'dispatcher'>>({ type: oneOf('dispatcher'), message: dispatcher }),
});
