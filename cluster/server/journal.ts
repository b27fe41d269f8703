/**
 * What the process says of itself: JSON lines on stdout, each written before the next statement runs, so that an observer
 * has read a node's new role before any message that the same event causes can arrive anywhere.
 */
import { pino } from 'pino';
import type { DestinationStream, Level } from 'pino';
import type { NodeObservation } from '../node/observation.ts';
import type { Instant } from '../ports.ts';

export type Journal = {
  /** Numbers the observation within this boot and writes it. */
  observe(observation: NodeObservation, now: Instant): void;
  /** The line that says that the node can be reached, and where. */
  listening(where: { readonly api: string; readonly peer: string }): void;
  /** The machine kept this process from running for so long, in milliseconds. */
  stalled(forMs: number): void;
  log(level: Level, text: string, details?: Readonly<Record<string, unknown>>): void;
};

export type JournalOptions = {
  readonly node: string;
  /** Another one for every boot. */
  readonly boot: string;
  /** Of ordinary lines; observations are always written. */
  readonly level: Level;
  /** Standard output unless given. */
  readonly destination?: DestinationStream;
};

export const createJournal = ({ node, boot, level, destination }: JournalOptions): Journal => {
  const stream = destination ?? pino.destination({ fd: 1, sync: true });
  const base = { node, boot };
  const facts = pino({ base, level: 'info' }, stream);
  const words = pino({ base, level }, stream);
  let seq = 0;
  return {
    observe(observation, now) {
      seq += 1;
      facts.info({
        schism: 'observation',
        seq,
        mono: now.mono,
        wall: now.wall,
        ...observation,
      });
    },
    listening(where) {
      facts.info({ schism: 'listening', ...where });
    },
    stalled(forMs) {
      facts.info({ schism: 'stalled', forMs });
    },
    log(severity, text, details = {}) {
      words[severity](details, text);
    },
  };
};
