/** Wall milliseconds as RFC 3339 in UTC. A transaction asks for one instant many times, so the last answer is kept. */
let lastWall = 0;
let lastText = '1970-01-01T00:00:00.000Z';

export const timestampOf = (wall: number): string => {
  if (wall !== lastWall) {
    lastText = new Date(wall).toISOString();
    lastWall = wall;
  }
  return lastText;
};

/** The wall milliseconds of a timestamp; NaN for a text that is none. */
export const wallOf = (timestamp: string): number => Date.parse(timestamp);
