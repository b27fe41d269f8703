import type { NodeName } from '../core/cluster.ts';
import type { Json } from '../core/json.ts';
import type { ScheduledOperation } from '../core/schedule.ts';
import type { Memory } from '../core/target.ts';
import type { CallEnd, Desk } from './desk.ts';
import type { OperationPhase } from './recorder.ts';

/** Concurrent clients: each asks one thing at a time and never again what the history does not show. */
export type Clients = {
  issue(operation: ScheduledOperation): void;
  /** Operations asked or waiting for their client. */
  readonly busy: number;
  /** Nothing that still waits is asked any more. */
  close(): void;
};

type Client = {
  readonly number: number;
  readonly memory: Memory;
  readonly waiting: ScheduledOperation[];
  process: number;
  asking: boolean;
  /** Which of the nodes it asks; it moves on after a failure. */
  place: number;
};

export type ClientWorld = {
  readonly desk: Desk;
  /** The nodes that clients ask at this moment: most of those that ceased to be managers would only send them away. */
  nodes(): readonly NodeName[];
  phase(): OperationPhase;
  newProcess(): number;
};

export const createClients = ({ desk, nodes, phase, newProcess }: ClientWorld): Clients => {
  const clients = new Map<number, Client>();
  let busy = 0;
  let closed = false;

  const clientOf = (number: number): Client => {
    const known = clients.get(number);
    if (known !== undefined) return known;
    const client: Client = {
      number,
      memory: new Map<string, Json>(),
      waiting: [],
      process: newProcess(),
      asking: false,
      place: number,
    };
    clients.set(number, client);
    return client;
  };

  const ended = (client: Client, end: CallEnd): void => {
    busy -= 1;
    client.asking = false;
    if (end.outcome !== 'ok') client.place += 1;
    if (end.outcome === 'unknown') client.process = newProcess();
    next(client);
  };

  const next = (client: Client): void => {
    while (!client.asking) {
      const operation = client.waiting.shift();
      if (operation === undefined) return;
      const asked = nodes();
      const node = operation.node ?? asked[client.place % asked.length];
      if (node === undefined) throw new Error('a workload needs at least one node to ask');
      const call = {
        process: client.process,
        client: client.number,
        node,
        operation: operation.operation,
        args: operation.args,
        memory: client.memory,
        phase: phase(),
      };
      client.asking = desk.call(call, (end) => {
        ended(client, end);
      });
      if (!client.asking) busy -= 1;
    }
  };

  return {
    issue(operation) {
      if (closed) return;
      const client = clientOf(operation.client);
      busy += 1;
      client.waiting.push(operation);
      next(client);
    },
    get busy() {
      return busy;
    },
    close() {
      closed = true;
      for (const client of clients.values()) {
        busy -= client.waiting.length;
        client.waiting.length = 0;
      }
    },
  };
};
