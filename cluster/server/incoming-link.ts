/** One connection that a peer has dialled: asks for a hello, judges it, and passes on what its sender may say. */
import type net from 'node:net';
import type { PeerIdentity, Sender } from '../node/program.ts';
import { decodePeerMessage } from '../wire/codec.ts';
import type { PeerMessage } from '../wire/messages.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import type { Frame } from './frames.ts';
import { tickMs, type ServerLimits } from './limits.ts';
import {
  admits,
  createNonce,
  decodeHello,
  helloBytesMax,
  judge,
  strangerBytesMax,
} from './peer-auth.ts';
import type { Hello, Standing } from './peer-auth.ts';

export type IncomingWorld = {
  readonly limits: ServerLimits;
  /** As it is now. */
  identity(): PeerIdentity | undefined;
  receive(from: Sender, message: PeerMessage): void;
  log(level: 'debug' | 'warn', text: string, details: Readonly<Record<string, unknown>>): void;
};

/** What comes is confirmed so often while the sender waits for it: late enough to ride on a message, early enough for three to be lost. */
const confirmsInStall = 5;

type Greeted = { readonly hello: Hello; readonly standing: Standing };

export class IncomingLink {
  readonly #world: IncomingWorld;
  readonly #socket: net.Socket;
  readonly #reader = new FrameReader(helloBytesMax);
  readonly #nonce = createNonce();
  #greeted: Greeted | undefined;
  #heard = 0;
  #confirmed = 0;
  #quietTicks = 0;
  /** Since the last confirmation, if there was one. */
  #unconfirmedTicks = Infinity;

  constructor(socket: net.Socket, world: IncomingWorld) {
    this.#socket = socket;
    this.#world = world;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece) => {
      this.#quietTicks = 0;
      this.#reader.push(piece);
      this.#read();
      // In the same breath: a confirmation of its own would wake this process, the proxy between and the sender once more.
      if (this.#unconfirmedTicks * tickMs >= world.limits.stallMs / confirmsInStall)
        this.#confirm();
    });
    socket.write(encodeFrame('challenge', this.#nonce));
  }

  /** To be called every `tickMs`: confirms what came where nothing else follows, and ends a connection that says nothing. */
  tick(): void {
    const { limits } = this.#world;
    this.#quietTicks += 1;
    if (this.#quietTicks * tickMs > (this.#greeted ? limits.idleMs : limits.handshakeMs)) {
      this.#socket.destroy();
    }
    this.#unconfirmedTicks += 1;
    if (this.#unconfirmedTicks * tickMs > limits.stallMs / confirmsInStall) this.#confirm();
  }

  #confirm(): void {
    const { writable, writableLength } = this.#socket;
    if (this.#heard === this.#confirmed || !writable || writableLength > 0) return;
    this.#unconfirmedTicks = 0;
    this.#confirmed = this.#heard;
    const count = Buffer.alloc(6);
    count.writeUIntBE(this.#heard, 0, 6);
    this.#socket.write(encodeFrame('confirm', count));
  }

  /** The node's own identity has changed: what the sender is has to be judged again. */
  judgeAgain(): void {
    if (this.#greeted !== undefined) this.#judge(this.#greeted.hello);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      if ('refused' in frame) this.#refuse(frame.refused);
      else this.#hear(frame);
      if (this.#socket.destroyed || this.#socket.writableEnded) return;
    }
  }

  #hear({ kind, payload }: Frame): void {
    switch (kind) {
      case 'hello':
        this.#greet(payload);
        return;
      case 'message':
      case 'ping':
        if (this.#greeted === undefined) {
          this.#refuse('it did not say hello');
          return;
        }
        this.#heard += 1;
        if (kind === 'message') this.#receive(payload, this.#greeted);
        return;
      case 'challenge':
      case 'confirm':
      case 'refuse':
        this.#refuse('it spoke out of turn');
        return;
    }
  }

  #greet(payload: Uint8Array): void {
    const hello = this.#greeted === undefined ? decodeHello(payload) : undefined;
    if (hello === undefined) this.#refuse('its hello is none');
    else this.#judge(hello);
  }

  #judge(hello: Hello): void {
    const judgement = judge(hello, this.#nonce, this.#world.identity());
    if ('refused' in judgement) {
      this.#refuse(judgement.refused, hello);
      return;
    }
    this.#greeted = { hello, standing: judgement.standing };
    this.#reader.allow(
      judgement.standing === 'stranger' ? strangerBytesMax : this.#world.limits.frameBytesMax,
    );
  }

  #receive(payload: Uint8Array, { hello, standing }: Greeted): void {
    const message = decodePeerMessage(payload);
    if (message === undefined) {
      this.#world.log('warn', 'a peer sent something that is no message', {
        peer: hello.address,
        bytes: payload.length,
      });
    } else if (admits(standing, this.#world.identity(), message.type)) {
      const nodeId = standing === 'member' ? hello.nodeId : undefined;
      this.#world.receive({ nodeId, address: hello.address }, message);
    } else {
      this.#world.log('debug', 'a peer said what it may not say', {
        peer: hello.address,
        standing,
        type: message.type,
      });
    }
  }

  #refuse(why: string, hello?: Hello): void {
    this.#world.log('warn', `refused a peer: ${why}`, {
      peer: hello?.address ?? this.#socket.remoteAddress ?? 'gone',
      nodeId: hello?.nodeId,
    });
    this.#greeted = undefined;
    this.#socket.end(encodeFrame('refuse', Buffer.from(why)));
    this.#socket.setTimeout(this.#world.limits.handshakeMs, () => this.#socket.destroy());
    this.#socket.removeAllListeners('data').resume();
  }
}
