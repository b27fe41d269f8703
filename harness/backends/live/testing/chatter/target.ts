import type { Node } from '../../../../core/cluster.ts';
import type { Json } from '../../../../core/json.ts';
import type { CallResult } from '../../../../core/target.ts';
import { codeOf, isError, messageOf } from '../../../../core/thrown.ts';
import { contractNodes } from '../../../testing/contract-nodes.ts';
import { programBeside } from '../../program.ts';
import type { Addresses, LiveTarget, NodePlace, Said } from '../../target.ts';

const nodes: readonly Node[] = contractNodes.map((name) => ({ name, role: 'manager' }));

const peersOf = ({ settings, node, peers, addressOf }: NodePlace): string => {
  if (settings.broken === node) return 'broken';
  return settings.mute === node ? '' : peers.map((peer) => `${peer}=${addressOf(peer)}`).join(',');
};

/** What a chattering node is told, in any live world. */
export const chatterEnv = (place: NodePlace): Readonly<Record<string, string>> => ({
  NAME: place.node,
  FOLDER: place.dataFolder,
  PEER: place.listen.peer ?? '',
  CLIENT: place.listen.client ?? '',
  PEERS: peersOf(place),
  ONE_BREATH: place.settings.oneBreath === true ? 'yes' : '',
});

/** The nodes that the contract is about. Of settings they know those of the contract, and `broken`, which names one that ends before it listens. */
export const chatterTarget: LiveTarget = {
  name: 'chatter',
  nodes: () => nodes,
  talks: () => true,
  ports: ['peer', 'client'],
  answers: 'own',
  process: {
    ports: 'announced',
    command: (place) => ({
      file: process.execPath,
      args: [programBeside(import.meta.url, 'node')],
      env: { ...chatterEnv(place), DIES_WITH_STDIN: 'yes' },
    }),
  },
  listening: (line) => {
    const said = parsed(line);
    return said?.chatter === 'listening' ? (said as unknown as Addresses) : undefined;
  },
  observe: (line) => {
    const said = parsed(line);
    return said?.chatter === 'observation' ? (said as unknown as Said) : undefined;
  },
  perform: askOverHttp,
};

const parsed = (line: string): Readonly<Record<string, unknown>> | undefined => {
  if (!line.startsWith('{"chatter"')) return undefined;
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
};

/** Posts the request; `sent: false` only where no connection came about. */
async function askOverHttp(
  endpoint: string,
  request: Json,
  timeoutMs: number,
): Promise<CallResult> {
  try {
    const response = await fetch(`http://${endpoint}/`, {
      method: 'POST',
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { response: (await response.json()) as Json };
  } catch (thrown) {
    const cause: unknown = isError(thrown) ? thrown.cause : undefined;
    const refused = codeOf(cause) === 'ECONNREFUSED';
    return { failed: messageOf(cause ?? thrown), sent: !refused };
  }
}
