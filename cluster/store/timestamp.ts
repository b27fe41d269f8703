/** Wall milliseconds as RFC 3339 in UTC. Most instants fall in the minute of the one before, so only the rest is worked out. */
const minuteMs = 60_000;

let minuteStart = Number.NaN;
/** `2026-11-24T06:22:` of that minute. */
let minutePart = '';
let lastWall = Number.NaN;
let lastText = '';

export const timestampOf = (wall: number): string => {
  if (wall === lastWall) return lastText;
  const whole = Math.floor(wall);
  if (!(whole >= minuteStart && whole < minuteStart + minuteMs)) {
    minuteStart = Math.floor(whole / minuteMs) * minuteMs;
    const text = new Date(minuteStart).toISOString();
    minutePart = text.slice(0, text.lastIndexOf(':') + 1);
  }
  const ofMinute = whole - minuteStart;
  const second = seconds[Math.floor(ofMinute / 1_000)] ?? '';
  lastText = minutePart + second + (milliseconds[ofMinute % 1_000] ?? '');
  lastWall = wall;
  return lastText;
};

/** The wall milliseconds of a timestamp; NaN for a text that is none. */
export const wallOf = (timestamp: string): number => Date.parse(timestamp);

const padded = (length: number, count: number, end: string): readonly string[] =>
  Array.from({ length: count }, (_, number) => String(number).padStart(length, '0') + end);
const seconds = padded(2, 60, '.');
const milliseconds = padded(3, 1_000, 'Z');
