/** Ids as SwarmKit makes them: 25 characters of base 36. */
import type { Random } from '../ports.ts';

/** Five draws of five characters, so that a draw stays a small integer. */
const charactersPerDraw = 5;
const draws = 5;
const range = 36 ** charactersPerDraw;

export const idLength = charactersPerDraw * draws;

/** A new id; `purpose` is the stable name of the draw, such as `task-id`. */
export const newId = (random: Random, purpose: string): string => {
  let id = '';
  for (let draw = 0; draw < draws; draw += 1) {
    id += random.integer(purpose, range).toString(36).padStart(charactersPerDraw, '0');
  }
  return id;
};

/** Whether a text could be an id, rather than a name or the beginning of an id. */
export const isId = (text: string): boolean => /^[0-9a-z]{25}$/.test(text);
