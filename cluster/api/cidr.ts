/**
 * Networks as text, told apart from other texts as Go does: no leading zeros in IPv4, no zones, one `::` at most, which stands for a
 * group at least.
 * @source Go, net (ParseCIDR), net/netip (ParseAddr)
 */

/** The length of a network's prefix; `undefined` where the text names none. */
export const prefixBits = (cidr: string): number | undefined => {
  const slash = cidr.indexOf('/');
  const address = cidr.slice(0, Math.max(0, slash));
  const length = cidr.slice(slash + 1);
  if (slash < 0 || !/^\d+$/.test(length)) return undefined;
  const most = isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1;
  return Number(length) <= most ? Number(length) : undefined;
};

const isIpv4 = (text: string): boolean => {
  const bytes = text.split('.');
  return (
    bytes.length === 4 &&
    bytes.every((byte) => /^(?:0|[1-9]\d{0,2})$/.test(byte) && Number(byte) <= 255)
  );
};

const groupsOfAddress = 8;

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
