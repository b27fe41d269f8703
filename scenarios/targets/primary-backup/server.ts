/**
 * A register that is copied from a primary to its backups: each node takes the first name that it hears for the primary. There
 * is no quorum, so two sides of a cut both have one; after the heal the higher epoch wins and the other side's writes are
 * gone. It is here to be found out.
 *
 * Environment: NAME, PEERS (`name=host:port,…`), CLIENT_LISTEN and PEER_LISTEN (`host:port`), DATA (a folder).
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';

type State = {
  readonly epoch: number;
  readonly sequence: number;
  readonly primary: string;
  readonly values: Record<string, string>;
};
type Beat = State & { readonly from: string };

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the environment lacks ${name}`);
  return value;
};
const name = env('NAME');
const peers = new Map(
  env('PEERS')
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry): [string, string] => [
      entry.slice(0, entry.indexOf('=')),
      entry.slice(entry.indexOf('=') + 1),
    ]),
);
const beatMs = 100;
const deadMs = 500;
const file = join(env('DATA'), 'state.json');
const heard = new Map<string, number>();
const begun = performance.now();
let said = '';
let state: State = { epoch: 0, sequence: 0, primary: '', values: {} };

const keep = (next: State): void => {
  state = next;
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
  const role = state.primary === name ? 'leader' : 'follower';
  const now = `${role} ${state.epoch}`;
  if (now !== said) console.log(JSON.stringify({ role, epoch: state.epoch }));
  said = now;
};

/** `undefined`: the peer did not answer in time. */
const tell = async (peer: string, beat: Beat): Promise<State | undefined> => {
  try {
    const url = `http://${peers.get(peer) ?? ''}/beat`;
    const signal = AbortSignal.timeout(deadMs);
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(beat), signal });
    return (await answer.json()) as State;
  } catch {
    return undefined;
  }
};

const newer = (a: State, b: State): boolean =>
  a.epoch > b.epoch ||
  (a.epoch === b.epoch &&
    (a.sequence > b.sequence || (a.sequence === b.sequence && a.primary > b.primary)));

const alive = (peer: string): boolean => performance.now() - (heard.get(peer) ?? begun) < deadMs;

/** The first name of those that are heard. This is the mistake: nobody asks how many they are. */
const beat = async (): Promise<void> => {
  const first = [name, ...[...peers.keys()].filter(alive)].sort()[0] ?? name;
  const settled = performance.now() - begun > deadMs;
  if (
    settled &&
    first === name &&
    (state.primary === '' || (state.primary !== name && !alive(state.primary)))
  ) {
    keep({ ...state, epoch: state.epoch + 1, primary: name });
  }
  await Promise.all(
    [...peers.keys()].map(async (peer) => {
      const answer = await tell(peer, { ...state, from: name });
      if (answer === undefined) return;
      heard.set(peer, performance.now());
      if (newer(answer, state)) keep(answer);
    }),
  );
};

/** Copies to every backup that is heard; one that is not is left behind. */
const write = async (key: string, value: string): Promise<void> => {
  keep({ ...state, sequence: state.sequence + 1, values: { ...state.values, [key]: value } });
  await Promise.all(
    [...peers.keys()].filter(alive).map((peer) => tell(peer, { ...state, from: name })),
  );
};

const handle = async (asked: IncomingMessage): Promise<readonly [number, unknown]> => {
  const { pathname } = new URL(asked.url ?? '/', 'http://node');
  if (pathname === '/beat') {
    const other = JSON.parse(await text(asked)) as Beat;
    heard.set(other.from, performance.now());
    if (newer(other, state))
      keep({
        epoch: other.epoch,
        sequence: other.sequence,
        primary: other.primary,
        values: other.values,
      });
    return [200, state];
  }
  if (pathname === '/health') return state.primary === '' ? [503, 'no primary yet'] : [200, 'ok'];
  if (state.primary !== name) return [503, `the primary is ${state.primary}`];
  const key = pathname.slice('/values/'.length);
  if (asked.method === 'GET') return [200, { value: state.values[key] ?? null }];
  await write(key, await text(asked));
  return [200, { value: state.values[key] ?? null }];
};

const listen = (where: string): void => {
  const split = where.lastIndexOf(':');
  createServer((asked, answer) => {
    handle(asked).then(
      ([status, body]) =>
        answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)),
      () => answer.destroy(),
    );
  }).listen(Number(where.slice(split + 1)), where.slice(0, split));
};

mkdirSync(env('DATA'), { recursive: true });
try {
  state = { ...(JSON.parse(readFileSync(file, 'utf8')) as State), primary: '' };
} catch {
  // A first start.
}
listen(env('CLIENT_LISTEN'));
listen(env('PEER_LISTEN'));
setInterval(() => void beat(), beatMs);
process.on('SIGTERM', () => process.exit(0));
