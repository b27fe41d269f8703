/** Counters in the text that Prometheus reads, as Toxiproxy writes it with `-proxy-metrics`. */
import type { Direction } from './toxic.ts';

export type PassedBytes = { received: number; sent: number };

/** What became of connections: ours alone, under a name of its own. `severed`: live ones with traffic, ended by us. */
export type ConnectionEvent = 'accepted' | 'connected' | 'severed';
const connectionEvents: readonly ConnectionEvent[] = ['accepted', 'connected', 'severed'];

export type SeriesLabels = {
  readonly direction: Direction;
  readonly proxy: string;
  readonly listener: string;
  readonly upstream: string;
};

type Series = { readonly labels: SeriesLabels; readonly passed: PassedBytes };

export class Metrics {
  readonly #series = new Map<string, Series>();
  readonly #connections = new Map<string, Record<ConnectionEvent, number>>();

  /** The counter that a link adds to as bytes pass. The real server adds them when a connection ends. */
  passed(labels: SeriesLabels): PassedBytes {
    const key = written(labels);
    const known = this.#series.get(key);
    if (known !== undefined) return known.passed;
    const passed = { received: 0, sent: 0 };
    this.#series.set(key, { labels, passed });
    return passed;
  }

  count(proxy: string, event: ConnectionEvent): void {
    const counts = this.#connections.get(proxy) ?? { accepted: 0, connected: 0, severed: 0 };
    counts[event] += 1;
    this.#connections.set(proxy, counts);
  }

  text(): string {
    const sorted = [...this.#series].sort(([a], [b]) => (a < b ? -1 : 1));
    const bytes = (name: string, value: (passed: PassedBytes) => number): readonly string[] => [
      `# HELP ${name} `,
      `# TYPE ${name} counter`,
      ...sorted.map(([labels, { passed }]) => `${name}{${labels}} ${number(value(passed))}`),
    ];
    const name = 'schism_proxy_connections_total';
    return [
      ...(sorted.length === 0
        ? []
        : [
            ...bytes('toxiproxy_proxy_received_bytes_total', ({ received }) => received),
            ...bytes('toxiproxy_proxy_sent_bytes_total', ({ sent }) => sent),
          ]),
      `# HELP ${name} What became of the connections of each proxy.`,
      `# TYPE ${name} counter`,
      ...[...this.#connections].flatMap(([proxy, counts]) =>
        connectionEvents.map(
          (event) => `${name}{event="${event}",proxy="${escaped(proxy)}"} ${counts[event]}`,
        ),
      ),
      '',
    ].join('\n');
  }
}

/** Labels in the order of their names. */
const written = ({ direction, listener, proxy, upstream }: SeriesLabels): string =>
  `direction="${direction}",listener="${escaped(listener)}",proxy="${escaped(proxy)}",upstream="${escaped(upstream)}"`;

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** As Go's `%g`: from a million on with an exponent of two digits. */
const number = (value: number): string =>
  value < 1e6 ? String(value) : value.toExponential().replace(/e\+(\d)$/, 'e+0$1');
