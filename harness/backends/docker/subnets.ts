import { LiveFailure } from '../live/failure.ts';

/** An IPv4 network: its first address as a number, and how many bits of it are fixed. */
export type Subnet = { readonly base: number; readonly bits: number };

export const subnetsVariable = 'SCHISM_DOCKER_SUBNETS';
export const subnetsDefault = '10.201.0.0/16';
/** Room for the bridge, the proxy, the node and what a user may want to add. */
const bitsEach = 28;

const usage = `${subnetsVariable} must be an IPv4 range such as ${subnetsDefault}, with a prefix of 8 to ${bitsEach}`;

export const parseSubnet = (text: string): Subnet | undefined => {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (found === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = found.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { base: Math.floor(address / size) * size, bits };
};

const sizeOf = ({ bits }: Subnet): number => 2 ** (32 - bits);

const overlaps = (a: Subnet, b: Subnet): boolean =>
  a.base < b.base + sizeOf(b) && b.base < a.base + sizeOf(a);

/** The `place`th address of a subnet, dotted; 0 is the network itself. */
export const addressIn = ({ base }: Subnet, place: number): string => {
  const address = base + place;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
};

export const subnetText = (subnet: Subnet): string => `${addressIn(subnet, 0)}/${subnet.bits}`;

/**
 * `count` subnets of the range that overlap none of `taken`, beginning the search at `start` (any integer), so that runs side
 * by side seldom want the same one. Throws a `LiveFailure` where the range is bad or used up.
 */
export const freeSubnets = (
  count: number,
  {
    range,
    taken,
    start,
  }: { readonly range: string; readonly taken: readonly Subnet[]; readonly start: number },
): readonly Subnet[] => {
  const whole = parseSubnet(range);
  if (whole === undefined || whole.bits > bitsEach || whole.bits < 8) {
    throw new LiveFailure({
      place: subnetsVariable,
      what: `"${range}" is no range for node networks`,
      nextStep: usage,
    });
  }
  const places = 2 ** (bitsEach - whole.bits);
  const step = 2 ** (32 - bitsEach);
  const free: Subnet[] = [];
  for (let place = 0; place < places && free.length < count; place += 1) {
    const base = whole.base + ((place + (Math.abs(start) % places)) % places) * step;
    const subnet = { base, bits: bitsEach };
    if (!taken.some((other) => overlaps(subnet, other))) free.push(subnet);
  }
  if (free.length < count) {
    throw new LiveFailure({
      place: 'Docker networks',
      what: `${range} has room for ${free.length} more networks, ${count} are needed`,
      nextStep: `remove leftovers with \`schism clean\`, or name a larger range in ${subnetsVariable}`,
    });
  }
  return free;
};
