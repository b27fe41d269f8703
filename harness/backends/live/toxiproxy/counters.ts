/** What passed through each proxy, read from the text that Prometheus would be given. */

type Passed = { readonly received: number; readonly sent: number };
export type ProxyCount = {
  /** From the one who dialled to the one who listens, and back. */
  readonly upstream: Passed;
  readonly downstream: Passed;
  /** Only the embedded proxy counts these; `undefined` where they are not told. */
  readonly connections: Connections | undefined;
};
type Connections = {
  readonly accepted: number;
  /** Reached the upstream. */
  readonly connected: number;
  /** Live ones that ended because the proxy was disabled, changed or deleted. */
  readonly severed: number;
};

const nothing: Passed = { received: 0, sent: 0 };
const noCount: ProxyCount = { upstream: nothing, downstream: nothing, connections: undefined };

export type Counters = ReadonlyMap<string, ProxyCount>;

export const countOf = (counters: Counters, proxy: string): ProxyCount =>
  counters.get(proxy) ?? noCount;

const sample = /^(\w+)\{(.*)\} (\S+)$/;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Sums over listeners and upstreams, so a proxy that was pointed elsewhere goes on counting. */
export const parseCounters = (text: string): Counters => {
  const counters = new Map<string, ProxyCount>();
  for (const line of text.split('\n')) {
    const match = sample.exec(line);
    if (match === null) continue;
    const [, metric = '', written = '', value = ''] = match;
    const labels = new Map(
      [...written.matchAll(label)].map(([, key = '', text = '']) => [key, text]),
    );
    const proxy = labels.get('proxy');
    if (proxy === undefined) continue;
    const count = countOf(counters, proxy);
    counters.set(
      proxy,
      add(count, metric, {
        kind: labels.get('direction') ?? labels.get('event') ?? '',
        value: Number(value),
      }),
    );
  }
  return counters;
};

const add = (
  count: ProxyCount,
  metric: string,
  { kind, value }: { readonly kind: string; readonly value: number },
): ProxyCount => {
  if (metric === 'schism_proxy_connections_total') {
    const before = count.connections ?? { accepted: 0, connected: 0, severed: 0 };
    if (kind !== 'accepted' && kind !== 'connected' && kind !== 'severed') return count;
    return { ...count, connections: { ...before, [kind]: before[kind] + value } };
  }
  if (kind !== 'upstream' && kind !== 'downstream') return count;
  const before = count[kind];
  if (metric === 'toxiproxy_proxy_received_bytes_total')
    return { ...count, [kind]: { ...before, received: before.received + value } };
  if (metric === 'toxiproxy_proxy_sent_bytes_total')
    return { ...count, [kind]: { ...before, sent: before.sent + value } };
  return count;
};
