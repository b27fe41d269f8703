/** Ends a switch over a closed union: a new member stops the build here. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
