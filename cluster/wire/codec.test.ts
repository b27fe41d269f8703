import { expect, test } from '@jest/globals';
import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import type { AgentMessage, DispatcherMessage } from '../agent/messages.ts';
import type { ApiRequest, ApiResponse, Json } from '../api/seam.ts';
import type { Entry, RaftMessage } from '../raft/types.ts';
import { taskStates } from '../store/objects.ts';
import { decodePeerMessage, encodePeerMessage } from './codec.ts';
import type { JoinAnswer, JoinRequest, PeerMessage } from './messages.ts';

const text = fc.string({ unit: 'binary', maxLength: 24 });
const key = text.filter((name) => name !== '__proto__');
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const time = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const bytes = fc.uint8Array({ maxLength: 200 });
const flag = fc.boolean();
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const few = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 4 });
const tableOf = <T>(of: fc.Arbitrary<T>) =>
  fc.dictionary(key, of, { maxKeys: 4, noNullPrototype: true });
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(fields, { noNullPrototype: true });

const member = record({ id: text, nodeId: text, address: text, voter: flag });
const membership = record({ members: few(member), removed: few(text) });
const at = { index: whole, term: whole };
const entry: fc.Arbitrary<Entry> = fc.oneof(
  record({ ...at, kind: fc.constant('data' as const), data: bytes }),
  record({ ...at, kind: fc.constant('noop' as const) }),
  record({ ...at, kind: fc.constant('config' as const), membership }),
);

const sent = { from: text, to: text, term: whole };
const kind = <const T extends string>(name: T) => fc.constant(name);
const raft: fc.Arbitrary<RaftMessage> = fc.oneof(
  record({
    ...sent,
    type: kind('vote-request'),
    pre: flag,
    lastIndex: whole,
    lastTerm: whole,
    transfer: flag,
  }),
  record({ ...sent, type: kind('vote-response'), pre: flag, granted: flag }),
  record({
    ...sent,
    type: kind('append'),
    prevIndex: whole,
    prevTerm: whole,
    entries: few(entry),
    commit: whole,
    round: whole,
  }),
  record({
    ...sent,
    type: kind('append-response'),
    ok: flag,
    index: whole,
    conflictTerm: whole,
    round: whole,
  }),
  record({
    ...sent,
    type: kind('snapshot-chunk'),
    index: whole,
    snapshotTerm: whole,
    membership,
    hash: whole,
    offset: whole,
    bytes,
    done: flag,
    round: whole,
  }),
  record({
    ...sent,
    type: kind('snapshot-response'),
    index: whole,
    offset: whole,
    installed: flag,
    round: whole,
  }),
  record({ ...sent, type: kind('timeout-now') }),
  record({ ...sent, type: kind('removed') }),
);

const request: fc.Arbitrary<JoinRequest> = record({
  nonce: text,
  token: text,
  address: text,
  hostname: text,
  availability: fc.constantFrom('active', 'pause', 'drain'),
});
const answer: fc.Arbitrary<JoinAnswer> = fc.oneof(
  record({
    nonce: text,
    ok: fc.constant(true as const),
    nodeId: text,
    clusterId: text,
    role: fc.constantFrom('manager' as const, 'worker' as const),
    raftId: maybe(text),
    secret: bytes,
    unlockKey: maybe(bytes),
    unlockKeyVersion: whole,
    managers: few(member),
  }),
  record({ nonce: text, ok: fc.constant(false as const), status: whole, message: text }),
);

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant(null),
    flag,
    time,
    text,
    few(tie('json')),
    tableOf(tie('json')),
  ),
}));
const apiRequest: fc.Arbitrary<ApiRequest> = record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'PUT'),
  path: text,
  query: tableOf(text),
  headers: tableOf(text),
  body: maybe(json),
});
const apiResponse: fc.Arbitrary<ApiResponse> = record({
  status: whole,
  headers: tableOf(text),
  body: maybe(json),
});

const state = fc.constantFrom(...taskStates);
const manager = record({ nodeId: text, address: text });
const agent: fc.Arbitrary<AgentMessage> = fc.oneof(
  record({ type: kind('register'), nonce: text, nodeId: text, hostname: text, address: text }),
  record({ type: kind('heartbeat'), session: text, beat: whole }),
  record({
    type: kind('status'),
    session: text,
    batch: whole,
    updates: few(
      record({
        taskId: text,
        state,
        message: text,
        error: text,
        exitCode: maybe(fc.integer()),
        ports: few(whole),
        at: time,
      }),
    ),
  }),
  record({ type: kind('assigned'), session: text, sequence: whole }),
  record({ type: kind('leave'), session: text }),
);
const dispatcher: fc.Arbitrary<DispatcherMessage> = fc.oneof(
  record({
    type: kind('session'),
    nonce: text,
    session: text,
    heartbeatMs: time,
    managers: few(manager),
  }),
  record({ type: kind('not-leader'), nonce: text, leader: maybe(text), managers: few(manager) }),
  record({ type: kind('session-invalid'), session: text, removed: flag }),
  record({ type: kind('heartbeat-ack'), session: text, beat: whole, managers: few(manager) }),
  record({ type: kind('status-ack'), session: text, batch: whole }),
  record({
    type: kind('assignments'),
    session: text,
    complete: flag,
    more: maybe(fc.constant(true as const)),
    appliesTo: whole,
    sequence: whole,
    update: few(
      record({
        id: text,
        serviceId: text,
        serviceName: text,
        slot: whole,
        image: text,
        args: few(text),
        env: few(text),
        stopGraceMs: time,
        desired: state,
        state,
      }),
    ),
    remove: few(text),
  }),
);

const messages: Readonly<Record<PeerMessage['type'], fc.Arbitrary<PeerMessage>>> = {
  raft: record({ type: kind('raft'), message: raft }),
  join: record({ type: kind('join'), request }),
  'join-answer': record({ type: kind('join-answer'), answer }),
  forward: record({ type: kind('forward'), id: text, term: whole, request: apiRequest }),
  'forward-answer': record({ type: kind('forward-answer'), id: text, response: apiResponse }),
  'forward-answer-part': record({
    type: kind('forward-answer-part'),
    id: text,
    answer: text,
    part: whole,
    parts: whole,
    bytes,
  }),
  'seal-question': record({ type: kind('seal-question'), nonce: text, raftId: text }),
  'seal-answer': record({
    type: kind('seal-answer'),
    nonce: text,
    confirmed: flag,
    version: whole,
    unlockKey: maybe(bytes),
  }),
  agent: record({ type: kind('agent'), message: agent }),
  dispatcher: record({ type: kind('dispatcher'), message: dispatcher }),
};
const anyMessage = fc.oneof(...Object.values(messages));
const raw = new Encoder({ useRecords: false, tagUint8Array: false });

test.each(Object.entries(messages))('a message of kind %s comes back as it was', (_kind, of) => {
  fc.assert(
    fc.property(of, (message) => {
      expect(decodePeerMessage(encodePeerMessage(message))).toStrictEqual(message);
    }),
  );
});

test('byte strings come back as Uint8Array of their own memory, whatever they were read from', () => {
  const message = {
    type: 'raft',
    message: {
      type: 'append',
      from: 'a',
      to: 'b',
      term: 1,
      prevIndex: 0,
      prevTerm: 0,
      entries: [{ index: 1, term: 1, kind: 'data', data: new Uint8Array([1, 2, 3]) }],
      commit: 0,
      round: 1,
    },
  } as const satisfies PeerMessage;
  const frame = Buffer.from(encodePeerMessage(message));
  const decoded = decodePeerMessage(frame);
  frame.fill(0);
  expect(decoded).toStrictEqual(message);
  const data =
    decoded?.type === 'raft' && 'entries' in decoded.message && decoded.message.entries[0];
  expect(Object.getPrototypeOf(data && 'data' in data ? data.data : undefined)).toBe(
    Uint8Array.prototype,
  );
});

test('bytes that are no message are dropped, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      expect(decodePeerMessage(noise)).toBeUndefined();
    }),
  );
});

test('a message cut short is dropped', () => {
  fc.assert(
    fc.property(anyMessage, fc.double({ min: 0, max: 1, maxExcluded: true }), (message, part) => {
      const encoded = encodePeerMessage(message);
      expect(decodePeerMessage(encoded.subarray(0, encoded.length * part))).toBeUndefined();
    }),
  );
});

test('a message with flipped bits is dropped or is still a message, and never throws', () => {
  fc.assert(
    fc.property(anyMessage, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, where, flip) => {
      const encoded = encodePeerMessage(message);
      const at = where % encoded.length;
      encoded[at] = (encoded[at] ?? 0) ^ flip;
      const decoded = decodePeerMessage(encoded);
      expect(decoded === undefined || Object.hasOwn(messages, decoded.type)).toBe(true);
    }),
  );
});

test.each([
  ['an unknown type', { type: 'gossip', message: {} }],
  ['the name of a method as its type', { type: 'toString', message: {} }],
  ['a raft message of an unknown type', { type: 'raft', message: { type: 'x', term: 1 } }],
  [
    'a term that is no whole number',
    { type: 'raft', message: { type: 'timeout-now', from: 'a', to: 'b', term: 1.5 } },
  ],
  [
    'a negative term',
    { type: 'raft', message: { type: 'timeout-now', from: 'a', to: 'b', term: -1 } },
  ],
  [
    'a missing field',
    { type: 'raft', message: { type: 'vote-response', from: 'a', to: 'b', term: 1, pre: true } },
  ],
  [
    'a date in a body',
    { type: 'forward-answer', id: '1', response: { status: 200, headers: {}, body: new Date(0) } },
  ],
  ['a list where a record belongs', { type: 'agent', message: [] }],
  ['no record at all', 'raft'],
])('a value with %s is dropped', (_what, value) => {
  expect(decodePeerMessage(raw.encode(value))).toBeUndefined();
});

test('a body that contains itself, or is nested without end, is dropped', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const cloning = new Encoder({ useRecords: false, structuredClone: true });
  const nested = Array.from({ length: 100 }).reduce<Json>((inner) => [inner], null);
  for (const body of [cyclic, nested]) {
    const value = { type: 'forward-answer', id: '1', response: { status: 1, headers: {}, body } };
    expect(decodePeerMessage(cloning.encode(value))).toBeUndefined();
  }
  expect(decodePeerMessage(new Uint8Array(100_000).fill(0x81))).toBeUndefined();
});
