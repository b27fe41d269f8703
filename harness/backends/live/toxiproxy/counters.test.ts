import { expect, test } from '@jest/globals';
import { countOf, parseCounters } from './counters.ts';

const text = `# HELP toxiproxy_proxy_received_bytes_total${' '}
# TYPE toxiproxy_proxy_received_bytes_total counter
toxiproxy_proxy_received_bytes_total{direction="upstream",listener="127.0.0.1:1",proxy="a__b",upstream="127.0.0.1:2"} 1.234567e+06
toxiproxy_proxy_received_bytes_total{direction="upstream",listener="127.0.0.1:1",proxy="a__b",upstream="127.0.0.1:3"} 3
toxiproxy_proxy_sent_bytes_total{direction="upstream",listener="127.0.0.1:1",proxy="a__b",upstream="127.0.0.1:3"} 2
toxiproxy_proxy_sent_bytes_total{direction="downstream",listener="127.0.0.1:1",proxy="a__b",upstream="127.0.0.1:3"} 5
promhttp_metric_handler_errors_total{cause="encoding"} 0
schism_proxy_connections_total{event="severed",proxy="a__b"} 4
go_goroutines 12
`;

test('bytes are summed over listeners and upstreams, by proxy and direction', () => {
  const count = countOf(parseCounters(text), 'a__b');
  expect(count.upstream).toEqual({ received: 1_234_570, sent: 2 });
  expect(count.downstream).toEqual({ received: 0, sent: 5 });
  expect(count.connections).toEqual({ accepted: 0, connected: 0, severed: 4 });
});

test('a proxy that was never told of has counted nothing', () => {
  expect(countOf(parseCounters(text), 'other')).toEqual({
    upstream: { received: 0, sent: 0 },
    downstream: { received: 0, sent: 0 },
    connections: undefined,
  });
});
