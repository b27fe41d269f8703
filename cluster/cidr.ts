/**
 * Addresses and networks as text, told apart from other texts as Go does: no leading zeros in IPv4, no zones, one `::` at most, which stands for a
 * group at least.
 * @source Go, net (ParseCIDR, IP.Equal, IPNet.Contains), net/netip (ParseAddr)
 */

const groupsOfAddress = 8;
const bitsOfGroup = 16;
const bitsOfAddress = 128;
/** What stands before an IPv4 address that is written as one of IPv6. */
const ipv4AsIpv6: readonly number[] = [0, 0, 0, 0, 0, 0xffff];
const bitsBeforeIpv4 = 96;

/** The length of a network's prefix; `undefined` where the text names none. */
export const prefixBits = (cidr: string): number | undefined => {
  const slash = cidr.indexOf('/');
  const address = cidr.slice(0, Math.max(0, slash));
  const length = cidr.slice(slash + 1);
  if (slash < 0 || !/^\d+$/.test(length)) return undefined;
  const most = isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1;
  return Number(length) <= most ? Number(length) : undefined;
};

/**
 * Whether the address is the one that `text` names, or is in the network that it names; `undefined` where it names neither. An IPv4 address
 * is in no network of IPv6, and may be written as one of IPv6 all the same.
 */
export const isWithin = (address: string, text: string): boolean | undefined => {
  const network = networkOf(text);
  if (network === undefined) return undefined;
  const groups = groupsOf(address);
  if (groups === undefined) return false;
  const isWide = network.bits < bitsBeforeIpv4;
  if (isWide && startsAlike(groups, ipv4AsIpv6, bitsBeforeIpv4)) return false;
  return startsAlike(groups, network.groups, network.bits);
};

type Network = { readonly groups: readonly number[]; readonly bits: number };

/** An address is a network of its own. */
const networkOf = (text: string): Network | undefined => {
  const [address = ''] = text.split('/');
  const groups = groupsOf(address);
  if (groups === undefined) return undefined;
  if (address === text) return { groups, bits: bitsOfAddress };
  const bits = prefixBits(text);
  if (bits === undefined) return undefined;
  return { groups, bits: isIpv4(address) ? bits + bitsBeforeIpv4 : bits };
};

const startsAlike = (left: readonly number[], right: readonly number[], bits: number): boolean =>
  left.every((group, at) => {
    const compared = Math.min(Math.max(bits - at * bitsOfGroup, 0), bitsOfGroup);
    return (group ^ (right[at] ?? 0)) >> (bitsOfGroup - compared) === 0;
  });

/** An address as the eight numbers of IPv6; `undefined` where the text is none. */
const groupsOf = (text: string): readonly number[] | undefined => {
  if (isIpv4(text)) return [...ipv4AsIpv6, ...pairsOf(text)];
  if (!isIpv6(text)) return undefined;
  const [head = [], tail = []] = text.split('::').map((half) =>
    half
      .split(':')
      .filter((group) => group !== '')
      .flatMap(numbersOf),
  );
  const zeros = new Array<number>(groupsOfAddress - head.length - tail.length).fill(0);
  return [...head, ...zeros, ...tail];
};

const numbersOf = (group: string): readonly number[] =>
  group.includes('.') ? pairsOf(group) : [Number.parseInt(group, 16)];

const pairsOf = (ipv4: string): readonly number[] => {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
};

const isIpv4 = (text: string): boolean => {
  const bytes = text.split('.');
  return (
    bytes.length === 4 &&
    bytes.every((byte) => /^(?:0|[1-9]\d{0,2})$/.test(byte) && Number(byte) <= 255)
  );
};

const isIpv6 = (text: string): boolean => {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups: string[] = [];
  for (const half of halves) if (half !== '') groups.push(...half.split(':'));
  const last = groups.at(-1) ?? '';
  // The last two groups may be written as IPv4; what ends in `::` has no last group.
  const mixed = last.includes('.') && halves.at(-1) !== '';
  const plain = mixed ? groups.slice(0, -1) : groups;
  if (mixed && !isIpv4(last)) return false;
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const count = plain.length + (mixed ? 2 : 0);
  return halves.length === 2 ? count < groupsOfAddress : count === groupsOfAddress;
};
