/** Wall milliseconds as RFC 3339 in UTC. Most instants fall on the day of the one before, so only the time of day is worked out. */
const dayMs = 86_400_000;

let dayStart = Number.NaN;
/** `2026-11-24T` of that day. */
let datePart = '';
let lastWall = Number.NaN;
let lastText = '';

export const timestampOf = (wall: number): string => {
  if (wall === lastWall) return lastText;
  const whole = Math.floor(wall);
  if (!(whole >= dayStart && whole < dayStart + dayMs)) {
    dayStart = Math.floor(whole / dayMs) * dayMs;
    const date = new Date(dayStart).toISOString();
    datePart = date.slice(0, date.indexOf('T') + 1);
  }
  const ofDay = whole - dayStart;
  const seconds = Math.floor(ofDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  lastText = `${datePart}${two(hours)}:${two(minutes % 60)}:${two(seconds % 60)}.${three(ofDay % 1_000)}Z`;
  lastWall = wall;
  return lastText;
};

/** The wall milliseconds of a timestamp; NaN for a text that is none. */
export const wallOf = (timestamp: string): number => Date.parse(timestamp);

const padded = (length: number): readonly string[] =>
  Array.from({ length: 10 ** length }, (_, number) => String(number).padStart(length, '0'));
const twoDigits = padded(2);
const threeDigits = padded(3);
const two = (number: number): string => twoDigits[number] ?? '';
const three = (number: number): string => threeDigits[number] ?? '';
