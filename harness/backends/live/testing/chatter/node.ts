/**
 * The node program of the contract (`backends/contract.ts`) for live worlds: says numbers to its peers over TCP, answers a few requests over
 * HTTP, and tells of both in lines on its standard output. Configured by environment variables alone, so that it runs as a
 * process and in a container: `NAME`, `FOLDER`, `PEER` and `CLIENT` (host:port to listen on), `PEERS` (`m2=host:port,…`), and `ONE_BREATH`, where
 * it dials for every number.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

const {
  NAME = '',
  FOLDER = '',
  PEER = '',
  CLIENT = '',
  PEERS = '',
  ONE_BREATH = '',
  DIES_WITH_STDIN = '',
} = process.env;
/** Connections cost more than words. */
const sayEveryMs = ONE_BREATH === '' ? 15 : 50;
const redialMs = 20;
const boot = `${NAME}-${process.pid}-${Date.now()}`;
let sequence = 0;

const tell = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const observe = (observation: object): void => {
  sequence += 1;
  tell({ chatter: 'observation', boot, seq: sequence, ...observation });
};
const note = (text: string): void => {
  observe({ kind: 'note', text });
};

const splitAddress = (address: string): { readonly host: string; readonly port: number } => {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
};

const listening = (server: Server, address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(splitAddress(address), () => {
      const { address: host, port } = server.address() as AddressInfo;
      resolve(`${host}:${port}`);
    });
  });

/** Numbers that come in: one line each, `m2 17`. */
const peerServer = createServer((socket) => {
  let rest = '';
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) note(`heard ${line}`);
  });
});

/** A connection for one thing that is said. */
const breathe = (address: string, line: string): void => {
  const socket = connect({ ...splitAddress(address), noDelay: true });
  socket.on('error', () => undefined);
  socket.resume();
  socket.end(line);
};

/** One connection to a peer, dialled again whenever it ends. What cannot be said is lost. */
class Voice {
  #socket: Socket | undefined;
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
    this.#dial();
  }

  say(line: string): void {
    if (this.#socket?.readyState === 'open') this.#socket.write(line);
  }

  #dial(): void {
    const socket = connect({ ...splitAddress(this.#address), noDelay: true });
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      setTimeout(() => {
        this.#dial();
      }, redialMs);
    });
    socket.resume();
  }
}

const keptFile = join(FOLDER, 'kept.txt');

const keep = (text: string): void => {
  const file = openSync(keptFile, 'w');
  writeFileSync(file, text);
  fsyncSync(file);
  closeSync(file);
};

const kept = (): string => {
  try {
    return readFileSync(keptFile, 'utf8');
  } catch {
    return '';
  }
};

const answer = (request: { readonly ask?: unknown; readonly text?: unknown }): object => {
  switch (request.ask) {
    case 'name':
      return { name: NAME };
    case 'keep':
      keep(String(request.text));
      return { kept: true };
    case 'kept':
      return { text: kept() };
    default:
      return { unknown: true };
  }
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const bytes of request) text += String(bytes);
  return text;
};

const clientServer = createHttpServer((request, response) => {
  void bodyOf(request).then((text) => {
    response.setHeader('connection', 'close');
    response.end(JSON.stringify(answer(JSON.parse(text) as object)));
  });
});

if (DIES_WITH_STDIN !== '') {
  process.stdin.on('end', () => process.exit(0));
  process.stdin.resume();
}
process.on('SIGTERM', () => process.exit(0));
if (PEERS === 'broken') throw new Error('this node was told not to start');

observe({ kind: 'boot', name: NAME, nodeId: undefined, raftId: undefined });
const peer = await listening(peerServer, PEER);
const client = await listening(clientServer, CLIENT);
tell({ chatter: 'listening', peer, client });

const addresses = PEERS.split(',')
  .filter((one) => one !== '')
  .map((one) => one.slice(one.indexOf('=') + 1));
const voices = ONE_BREATH === '' ? addresses.map((address) => new Voice(address)) : [];
let number = 0;
setInterval(() => {
  number += 1;
  note(`said ${number}`);
  const line = `${NAME} ${number}\n`;
  for (const voice of voices) voice.say(line);
  if (ONE_BREATH !== '') for (const address of addresses) breathe(address, line);
}, sayEveryMs);
