/** Waits for something to end, well or badly, and for no longer than so many milliseconds of real time. Nothing stays behind of the waiting. */
export const within = (event: Promise<unknown>, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(over, ms);
    event.then(over, over);
  });
