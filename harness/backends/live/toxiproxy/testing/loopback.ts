/** Plain sockets on 127.0.0.1, to see what a proxy does to them. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const waitMsMax = 10_000;
const stepMs = 2;

/** Waits until something is so. There is a limit, but no test depends on how long it takes. */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = waitMsMax,
): Promise<void> => {
  const limit = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > limit)
      throw new Error(`within ${withinMs} ms it never was so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
};

/** One end of a connection, and all that came out of it. */
export class End {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  /** How many pieces it came in. */
  pieces = 0;
  /** When the last byte came. */
  lastAt = 0;
  /** `end`: closed in peace; otherwise the error's code. `undefined`: still open. */
  closed: string | undefined;
  closedAt = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => {
      this.received = Buffer.concat([this.received, data]);
      this.pieces += 1;
      this.lastAt = performance.now();
    });
    const close = (how: string) => (): void => {
      this.closed ??= how;
      this.closedAt ||= performance.now();
    };
    socket.on('error', (error: NodeJS.ErrnoException) => {
      close(error.code ?? error.message)();
    });
    socket.on('end', close('end'));
    socket.on('close', close('end'));
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  got(text: string): Promise<void> {
    return until(
      `"${text}" arrives (so far: "${this.text.slice(0, 100)}")`,
      () => this.text === text,
    );
  }

  ended(): Promise<void> {
    return until('the connection ends', () => this.closed !== undefined);
  }
}

/** A server that keeps the ends of its connections, and answers with what it was sent where that is asked for. */
export class Listener implements AsyncDisposable {
  readonly ends: End[] = [];
  readonly address: string;
  readonly #close: () => Promise<void>;

  private constructor(
    address: string,
    { ends, close }: { ends: End[]; close: () => Promise<void> },
  ) {
    this.address = address;
    this.ends = ends;
    this.#close = close;
  }

  static async open({ echo = false }: { readonly echo?: boolean } = {}): Promise<Listener> {
    const ends: End[] = [];
    const server = createServer((socket) => {
      const end = new End(socket);
      ends.push(end);
      if (echo) socket.pipe(socket);
    });
    await new Promise<void>((resolve) => {
      server.listen({ host: '127.0.0.1', port: 0 }, resolve);
    });
    const { port } = server.address() as AddressInfo;
    return new Listener(`127.0.0.1:${port}`, {
      ends,
      close: () =>
        new Promise((resolve) => {
          server.close(() => {
            resolve();
          });
          for (const { socket } of ends) socket.destroy();
        }),
    });
  }

  /** The n-th connection that it got, from 0. */
  async end(index = 0): Promise<End> {
    await until(`connection ${index} arrives`, () => this.ends.length > index);
    const end = this.ends[index];
    if (end === undefined) throw new Error('it has just been there');
    return end;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** Rejects with the system's error where nobody listens. */
export const dial = (address: string): Promise<End> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port), allowHalfOpen: false });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new End(socket));
    });
  });
