import { connect, createServer, type Server, type Socket } from 'node:net';
import { ApiError } from './api-error.ts';
import { bindError, parseHostPort, parseListen, written, type HostPort } from './listen-address.ts';
import type { Metrics } from './metrics.ts';
import { holdPort, type PortHold } from './port-hold.ts';
import { ToxicCollection } from './toxic-collection.ts';
import type { Direction } from './toxic.ts';

export type ProxySettings = {
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
};

export type ProxySurroundings = {
  readonly metrics: Metrics;
  /** The machine has nothing left to make connections of. */
  readonly starved: (error: Error) => void;
};

/** Descriptors, ports, memory. */
const lacks: ReadonlySet<string | undefined> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
]);

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
  readonly #starved: (error: Error) => void;
  readonly #connections = new Set<Connection>();
  readonly #dialling = new Set<Socket>();
  /** Who waits for a connection of ours to come through, by its port. */
  readonly #probes = new Map<number, () => void>();
  #server: Server | undefined;
  #held: PortHold | undefined;
  #changes: Promise<unknown> = Promise.resolve();

  constructor(
    {
      name,
      listen,
      upstream,
    }: { readonly name: string; readonly listen: string; readonly upstream: string },
    { metrics, starved }: ProxySurroundings,
  ) {
    this.name = name;
    this.listen = listen;
    this.upstream = upstream;
    this.#metrics = metrics;
    this.#starved = starved;
  }

  /** Rejects in Go's words where it cannot listen. One that runs stays as it is. */
  start(): Promise<void> {
    return this.#change(() => this.#start());
  }

  /** For good: its port is free again. */
  stop(): Promise<void> {
    return this.#change(() => {
      this.#stop();
      this.#letGo();
      return Promise.resolve();
    });
  }

  /** A change of `listen` or `upstream` ends the live connections, as disabling does. */
  update(settings: ProxySettings): Promise<void> {
    return this.#change(async () => {
      const listensElsewhere = written(parseHostPort(settings.listen)) !== this.listen;
      if (listensElsewhere) {
        this.#stop();
        this.#letGo();
        this.listen = settings.listen;
      } else if (settings.upstream !== this.upstream) {
        this.#sever();
      }
      this.upstream = settings.upstream;
      if (settings.enabled) await this.#start();
      else if (this.enabled) {
        this.#stop();
        this.#held = await holdPort(parseHostPort(this.listen));
      }
    });
  }

  /** Resolves once a connection through the listener has reached the upstream. */
  probe(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.enabled) throw new ApiError(`proxy ${this.name} does not listen`, 409);
      const socket = connect(parseHostPort(this.listen));
      const give = (): void => {
        socket.destroy();
        reject(new ApiError(`${this.upstream} is not reached through ${this.name}`, 502));
      };
      socket.once('close', give);
      socket.once('error', give);
      socket.once('connect', () => {
        this.#probes.set(socket.localPort ?? 0, () => {
          resolve();
          socket.destroy();
        });
        socket.once('close', () => this.#probes.delete(socket.localPort ?? 0));
      });
    });
  }

  /** Throws where the address to listen on cannot be read. */
  differs({ listen, upstream }: Pick<ProxySettings, 'listen' | 'upstream'>): boolean {
    return written(parseHostPort(listen)) !== this.listen || upstream !== this.upstream;
  }

  async #start(): Promise<void> {
    if (this.enabled) return;
    const address = parseListen(this.listen);
    const server = await this.#listening(address);
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
    this.listen = written({ host: bound.address, port: bound.port });
    server.on('connection', (client) => {
      this.#accepted(client);
    });
    // A connection that could not be accepted concerns that connection only.
    server.on('error', this.#failed);
    this.#server = server;
    this.enabled = true;
  }

  /** Linux lets us listen while we hold the port, so it is never free; where that is not allowed, it is let go first. */
  async #listening(address: HostPort): Promise<Server> {
    try {
      return await listenOn(address);
    } catch (thrown) {
      if (this.#held === undefined) throw thrown;
      this.#letGo();
      return await listenOn(address);
    } finally {
      this.#letGo();
    }
  }

  readonly #failed = (error: NodeJS.ErrnoException): void => {
    if (lacks.has(error.code)) this.#starved(error);
  };

  #letGo(): void {
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }

  #stop(): void {
    if (!this.enabled) return;
    this.enabled = false;
    this.#server?.close();
    this.#server = undefined;
    this.#sever();
  }

  #sever(): void {
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
    upstream.on('error', this.#failed);
    upstream.once('connect', () => {
      dialled();
      upstream.off('close', failed);
      if (client.destroyed) {
        upstream.destroy();
        return;
      }
      this.#metrics.count(this.name, 'connected');
      this.#probes.get(client.remotePort ?? 0)?.();
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

const listenOn = (address: HostPort): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(bindError(address, error));
    });
    server.listen({ ...address, backlog: 511, exclusive: true }, () => {
      resolve(server);
    });
  });

const reset = (socket: Socket): void => {
  socket.resetAndDestroy();
};

const closeAfterLastByte = (socket: Socket): void => {
  socket.destroySoon();
};
