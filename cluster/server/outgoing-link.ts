/**
 * What this node has to say to one peer: a bounded queue and at most one connection, dialled here and used one way.
 * The peer confirms how many frames it has got. A connection whose frames stay unconfirmed is a black hole, and is given up.
 * Time is counted in ticks, not read off a clock: a process that was stopped for a while must not blame its peers.
 */
import type net from 'node:net';
import { encodeFrame, FrameReader } from './frames.ts';
import type { Frame } from './frames.ts';
import { tickMs, type ServerLimits } from './limits.ts';

export type OutgoingWorld = {
  readonly limits: ServerLimits;
  /** Begins to connect; rejects where the peer's name is not known. */
  dial(): Promise<net.Socket>;
  /** The answer to a challenge. */
  hello(nonce: Uint8Array): Uint8Array;
  log(level: 'debug' | 'info' | 'warn', text: string): void;
};

type Waiting = { readonly frame: Uint8Array; readonly tick: number };
/** `open`: the hello is out, messages may follow. */
type Phase = 'idle' | 'pausing' | 'dialling' | 'open' | 'closed';

export class OutgoingLink {
  readonly #world: OutgoingWorld;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #phase: Phase = 'idle';
  #socket: net.Socket | undefined;
  #attempt = 0;
  #pauseMs: number;
  #pause: NodeJS.Timeout | undefined;
  #sent = 0;
  #confirmed = 0;
  #tick = 0;
  /** Ticks at which something last changed for the better, was last written, was last wanted. */
  #progressTick = 0;
  #writeTick = 0;
  #wantedTick = 0;

  constructor(world: OutgoingWorld) {
    this.#world = world;
    this.#pauseMs = world.limits.redialMsMin;
  }

  /** Nothing was sent for long: the link may be forgotten. */
  get idle(): boolean {
    return this.#ticksSince(this.#wantedTick) >= this.#world.limits.idleMs / tickMs;
  }

  send(payload: Uint8Array): void {
    if (this.#phase === 'closed') return;
    this.#wantedTick = this.#tick;
    const frame = encodeFrame('message', payload);
    this.#queue.push({ frame, tick: this.#tick });
    this.#queuedBytes += frame.length;
    this.#flush();
    this.#shorten();
    if (this.#phase === 'idle') this.#connect();
  }

  /** Ends the connection after what was written, because it was greeted under an identity that is no longer true. */
  greetAnew(): void {
    const socket = this.#socket;
    if (this.#phase !== 'open' || socket === undefined) return;
    this.#forget();
    this.#phase = 'idle';
    socket.on('error', () => socket.destroy());
    socket.end();
    socket.setTimeout(this.#world.limits.handshakeMs, () => socket.destroy());
    if (this.#queue.length > 0) this.#connect();
  }

  close(): void {
    this.#phase = 'closed';
    clearTimeout(this.#pause);
    this.#socket?.destroy();
    this.#forget();
  }

  /** To be called every `tickMs`. */
  tick(): void {
    this.#tick += 1;
    this.#expire();
    const { limits } = this.#world;
    const waited = this.#ticksSince(this.#progressTick) * tickMs;
    if (this.#phase === 'dialling' && waited >= limits.handshakeMs) {
      this.#drop('it did not answer the call');
    } else if (this.#phase === 'open' && this.#sent > this.#confirmed && waited >= limits.stallMs) {
      this.#drop('it confirmed nothing any more');
    } else if (
      this.#phase === 'open' &&
      this.#ticksSince(this.#writeTick) * tickMs >= limits.pingMs
    ) {
      this.#write(encodeFrame('ping'));
    }
  }

  #connect(): void {
    this.#phase = 'dialling';
    this.#progressTick = this.#tick;
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#world.dial().then(
      (socket) => {
        if (attempt === this.#attempt && this.#phase === 'dialling') this.#attach(socket);
        else socket.destroy();
      },
      (error: unknown) => {
        if (attempt === this.#attempt && this.#phase === 'dialling') this.#drop(String(error));
      },
    );
  }

  #attach(socket: net.Socket): void {
    this.#socket = socket;
    const reader = new FrameReader(this.#world.limits.frameBytesMax);
    const mine = () => this.#socket === socket;
    socket.setNoDelay(true);
    socket.on('data', (piece) => {
      reader.push(piece);
      for (let frame = reader.next(); mine() && frame !== undefined; frame = reader.next()) {
        if ('refused' in frame) this.#drop(frame.refused);
        else this.#hear(frame);
      }
    });
    socket.on('drain', () => {
      if (mine()) this.#flush();
    });
    socket.on('error', (error) => {
      if (mine()) this.#drop(error.message);
    });
    socket.on('close', () => {
      if (mine()) this.#drop('it closed the connection');
    });
  }

  #hear({ kind, payload }: Frame): void {
    switch (kind) {
      case 'challenge':
        if (this.#phase !== 'dialling') return;
        this.#phase = 'open';
        this.#sent = 0;
        this.#confirmed = 0;
        this.#progressTick = this.#tick;
        this.#socket?.write(encodeFrame('hello', this.#world.hello(payload)));
        this.#flush();
        return;
      case 'confirm':
        this.#confirm(payload);
        return;
      case 'refuse':
        this.#world.log('warn', `it refused this node: ${Buffer.from(payload).toString()}`);
        this.#pauseMs = this.#world.limits.refusedMs;
        this.#drop('it refused this node');
        return;
      case 'hello':
      case 'message':
      case 'ping':
        this.#drop('it spoke out of turn');
        return;
    }
  }

  #confirm(payload: Uint8Array): void {
    const count = payload.length === 6 ? Buffer.from(payload).readUIntBE(0, 6) : -1;
    if (count <= this.#confirmed || count > this.#sent) return;
    if (this.#confirmed === 0) this.#world.log('info', 'connected');
    this.#confirmed = count;
    this.#progressTick = this.#tick;
    this.#pauseMs = this.#world.limits.redialMsMin;
  }

  /** Hands the socket as much as it may hold. */
  #flush(): void {
    if (this.#phase !== 'open') return;
    let taken = 0;
    for (const { frame } of this.#queue) {
      if ((this.#socket?.writableLength ?? 0) > this.#world.limits.unsentBytesMax) break;
      this.#write(frame);
      this.#queuedBytes -= frame.length;
      taken += 1;
    }
    this.#queue.splice(0, taken);
  }

  #write(frame: Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    // What waits for a confirmation counts from here on, not from the time of an earlier silence.
    if (this.#sent === this.#confirmed) this.#progressTick = this.#tick;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => {
        socket.uncork();
      });
    }
    socket.write(frame);
    this.#sent += 1;
    this.#writeTick = this.#tick;
  }

  /** Gives the connection up, and dials again after a short pause if somebody still wants to be heard. */
  #drop(why: string): void {
    this.#world.log(this.#confirmed > 0 ? 'info' : 'debug', `lost: ${why}`);
    this.#confirmed = 0;
    const socket = this.#socket;
    this.#forget();
    socket?.on('error', () => undefined);
    socket?.destroy();
    this.#phase = 'pausing';
    this.#pause = setTimeout(() => {
      if (this.#phase !== 'pausing') return;
      this.#phase = 'idle';
      if (this.#queue.length > 0) this.#connect();
    }, this.#pauseMs);
    this.#pauseMs = Math.max(
      this.#pauseMs,
      Math.min(2 * this.#pauseMs, this.#world.limits.redialMsMax),
    );
  }

  #forget(): void {
    this.#attempt += 1;
    this.#socket = undefined;
  }

  #shorten(): void {
    const { queueMessagesMax, queueBytesMax } = this.#world.limits;
    while (this.#queue.length > queueMessagesMax || this.#queuedBytes > queueBytesMax) this.#lose();
  }

  #expire(): void {
    const oldest = this.#tick - this.#world.limits.queueMsMax / tickMs;
    while (this.#queue[0] !== undefined && this.#queue[0].tick < oldest) this.#lose();
  }

  #lose(): void {
    this.#queuedBytes -= this.#queue.shift()?.frame.length ?? 0;
  }

  #ticksSince(tick: number): number {
    return this.#tick - tick;
  }
}
