import { fileURLToPath } from 'node:url';
import type { Json, JsonObject } from '../../../harness/core/json.ts';
import { defineTarget, fromLogLines } from '../../../harness/define-target.ts';

/** What a node runs: the source in a clone, JavaScript in an installed package. */
export const serverProgram = new URL(
  import.meta.url.endsWith('.ts') ? './server.ts' : './server.js',
  import.meta.url,
);

const value = async (endpoint: string, key: string, init: RequestInit) => {
  const answer = await fetch(`http://${endpoint}/values/${key}`, init);
  return {
    status: answer.status,
    body: (await answer.json()) as { readonly value: string | null } | string,
  };
};

const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);
const keyOf = (args: JsonObject): string => textOf(args.key);

/** A system that is no Raft: its split brain is found by the very properties that judge the swarm. */
export const primaryBackup = defineTarget({
  name: 'primary-backup',
  title: 'a register copied from a primary to its backups, without a quorum (it breaks)',
  nodes: ({ managers }) => Array.from({ length: managers }, (_, place) => `m${place + 1}`),
  process: {
    command: [process.execPath, fileURLToPath(serverProgram)],
  },
  docker: { image: 'schism/primary-backup', ports: { client: 7001, peer: 7000 } },
  env: ({ node, peers, addressOf, listen, dataFolder }) => ({
    NAME: node,
    PEERS: peers.map((peer) => `${peer}=${addressOf(peer)}`).join(','),
    CLIENT_LISTEN: listen.client ?? '',
    PEER_LISTEN: listen.peer ?? '',
    DATA: dataFolder,
  }),
  async ready(endpoint, signal) {
    const { status } = await fetch(`http://${endpoint}/health`, { signal });
    if (status !== 200) throw new Error(`its health is ${status}`);
  },
  operations: {
    put: {
      effect: 'write',
      intent: (args) => ({ object: keyOf(args), act: 'put', value: textOf(args.value) }),
      draw: (draw, ordinal) => ({ key: `k${draw % 3}`, value: `v${ordinal}` }),
      async call(endpoint, args, signal) {
        const { status, body } = await value(endpoint, keyOf(args), {
          method: 'PUT',
          body: textOf(args.value),
          signal,
        });
        return status === 200
          ? { outcome: 'ok', output: { status } }
          : { outcome: 'rejected', output: { status, message: textOf(body) } };
      },
    },
    get: {
      effect: 'read',
      intent: (args) => ({ object: keyOf(args), act: 'read' }),
      draw: (draw) => ({ key: `k${draw % 3}` }),
      async call(endpoint, args, signal) {
        const { status, body } = await value(endpoint, keyOf(args), { signal });
        if (status !== 200 || typeof body === 'string') {
          return { outcome: 'rejected', output: { status, message: textOf(body) } };
        }
        const seen = [{ object: keyOf(args), value: body.value ?? undefined }];
        return { outcome: 'ok', output: body, seen };
      },
    },
  },
  says: ['role'],
  observe: fromLogLines((line) =>
    line.role === 'leader' || line.role === 'follower'
      ? {
          kind: 'role',
          role: line.role,
          term: Number(line.epoch),
          leader: undefined,
          nodeId: '',
          raftId: '',
        }
      : undefined,
  ),
  finish: ['k0', 'k1', 'k2'].map((key) => ({ operation: 'get', args: { key } })),
});
