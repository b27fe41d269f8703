/** The network of a trial: every message may be lost, duplicated, late and overtaken; links are cut one way or both. */
import type { RaftId, RaftMessage } from '../types.ts';
import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';

export class Network {
  lossRate = 0;
  duplicateRate = 0;
  lateRate = 0;
  /** What a message takes that is not late: at most this. */
  delayMsMax = 6;
  readonly #cut = new Set<string>();
  readonly #agenda: Agenda;
  readonly #dice: Dice;
  readonly #deliver: (message: RaftMessage) => void;

  constructor(agenda: Agenda, dice: Dice, deliver: (message: RaftMessage) => void) {
    this.#agenda = agenda;
    this.#dice = dice;
    this.#deliver = deliver;
  }

  cut(from: RaftId, to: RaftId): void {
    this.#cut.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  calm(): void {
    this.heal();
    this.lossRate = 0;
    this.duplicateRate = 0;
    this.lateRate = 0;
    this.delayMsMax = 6;
  }

  send(message: RaftMessage): void {
    if (!this.#dice.chance(this.lossRate)) this.#carry(message);
    if (this.#dice.chance(this.duplicateRate)) this.#carry(message);
  }

  #carry(message: RaftMessage): void {
    const late = this.#dice.chance(this.lateRate);
    this.#agenda.after(
      late ? this.#dice.between(20, 800) : this.#dice.between(0, this.delayMsMax),
      () => {
        if (!this.#cut.has(`${message.from}>${message.to}`)) this.#deliver(message);
      },
    );
  }
}
