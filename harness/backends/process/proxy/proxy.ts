import { connect, createServer, type Server, type Socket } from 'node:net';
import { bindError, parseHostPort, parseListen, written } from './listen-address.ts';
import type { Metrics } from './metrics.ts';
import { ToxicCollection } from './toxic-collection.ts';
import type { Direction } from './toxic.ts';

export type ProxySettings = {
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
};

type Connection = {
  readonly client: Socket;
  readonly upstream: Socket;
  carried: boolean;
};

/** Listens, dials its upstream for every connection, and lets two links carry what is said. */
export class Proxy {
  readonly name: string;
  readonly toxics = new ToxicCollection();
  listen: string;
  upstream: string;
  enabled = false;
  readonly #metrics: Metrics;
  readonly #connections = new Set<Connection>();
  readonly #dialling = new Set<Socket>();
  #server: Server | undefined;
  #changes: Promise<unknown> = Promise.resolve();

  constructor(
    {
      name,
      listen,
      upstream,
    }: { readonly name: string; readonly listen: string; readonly upstream: string },
    metrics: Metrics,
  ) {
    this.name = name;
    this.listen = listen;
    this.upstream = upstream;
    this.#metrics = metrics;
  }

  /** Rejects in Go's words where it cannot listen. One that runs stays as it is. */
  start(): Promise<void> {
    return this.#change(() => this.#start());
  }

  stop(): Promise<void> {
    return this.#change(() => {
      this.#stop();
      return Promise.resolve();
    });
  }

  /** A change of `listen` or `upstream` ends the live connections, as disabling does. */
  update(settings: ProxySettings): Promise<void> {
    return this.#change(async () => {
      if (this.differs(settings)) {
        this.#stop();
        this.listen = settings.listen;
        this.upstream = settings.upstream;
      }
      if (settings.enabled === this.enabled) return;
      if (settings.enabled) await this.#start();
      else this.#stop();
    });
  }

  /** Throws where the address to listen on cannot be read. */
  differs({ listen, upstream }: Pick<ProxySettings, 'listen' | 'upstream'>): boolean {
    return written(parseHostPort(listen)) !== this.listen || upstream !== this.upstream;
  }

  async #start(): Promise<void> {
    if (this.enabled) return;
    const address = parseListen(this.listen);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(bindError(address, error));
      });
      server.listen({ ...address, backlog: 511, exclusive: true }, resolve);
    });
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
    this.listen = written({ host: bound.address, port: bound.port });
    server.on('connection', (client) => {
      this.#accepted(client);
    });
    // A connection that could not be accepted concerns that connection only.
    server.on('error', () => undefined);
    this.#server = server;
    this.enabled = true;
  }

  #stop(): void {
    if (!this.enabled) return;
    this.enabled = false;
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#dialling) socket.destroy();
    for (const { client, upstream, carried } of this.#connections) {
      if (carried) this.#metrics.count(this.name, 'severed');
      client.destroy();
      upstream.destroy();
    }
  }

  #accepted(client: Socket): void {
    this.#metrics.count(this.name, 'accepted');
    let target;
    try {
      target = parseHostPort(this.upstream);
    } catch {
      client.destroy();
      return;
    }
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const labels = { proxy: this.name, listener: this.listen, upstream: this.upstream };
    this.#dialling.add(client).add(upstream);
    const dialled = (): void => {
      this.#dialling.delete(client);
      this.#dialling.delete(upstream);
    };
    const failed = (): void => {
      dialled();
      client.destroy();
    };
    client.on('error', () => undefined);
    upstream.once('close', failed);
    upstream.on('error', () => undefined);
    upstream.once('connect', () => {
      dialled();
      upstream.off('close', failed);
      if (client.destroyed) {
        upstream.destroy();
        return;
      }
      this.#metrics.count(this.name, 'connected');
      this.#connected({ client, upstream, carried: false }, labels);
    });
  }

  #connected(
    connection: Connection,
    labels: { readonly proxy: string; readonly listener: string; readonly upstream: string },
  ): void {
    const { client, upstream } = connection;
    const resets = this.toxics.resets;
    this.#connections.add(connection);
    client.once('data', () => {
      connection.carried = true;
    });
    const link = (direction: Direction, source: Socket, destination: Socket): Promise<void> =>
      this.toxics.startLink({
        direction,
        source,
        destination,
        passed: this.#metrics.passed({ ...labels, direction }),
        close: resets ? reset : closeAfterLastByte,
      }).done;
    void Promise.all([
      link('upstream', client, upstream),
      link('downstream', upstream, client),
    ]).then(() => this.#connections.delete(connection));
  }

  #change<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => undefined);
    return done;
  }
}

const reset = (socket: Socket): void => {
  socket.resetAndDestroy();
};

const closeAfterLastByte = (socket: Socket): void => {
  socket.destroySoon();
};
