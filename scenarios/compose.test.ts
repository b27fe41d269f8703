import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { compose } from './compose.ts';

type Service = {
  readonly image: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks: Readonly<Record<string, { readonly ipv4_address?: string }>>;
};
type File = {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
};
const read = (managers: number, workers: number): File =>
  parse(compose({ managers, workers })) as File;

test('docker-compose.test.yml is what `schism compose` prints', () => {
  const kept = readFileSync(new URL('../docker-compose.test.yml', import.meta.url), 'utf8');
  expect(kept).toBe(compose({ managers: 3, workers: 2 }));
});

describe.each([
  [1, 0],
  [3, 2],
  [5, 4],
])('of %i managers and %i workers', (managers, workers) => {
  const { services, networks } = read(managers, workers);
  const names = Object.keys(services).filter((name) => /^[mw]\d$/.test(name));

  test('each node is alone on a network, closed to the outside, that only Toxiproxy shares', () => {
    expect(names).toHaveLength(managers + workers);
    for (const name of names) {
      expect(Object.keys(services[name]?.networks ?? {})).toEqual([`node-${name}`]);
      expect(networks[`node-${name}`]?.internal).toBe(true);
      const on = Object.keys(services).filter(
        (service) => service !== 'links' && `node-${name}` in (services[service]?.networks ?? {}),
      );
      expect(on.sort()).toEqual([name, 'toxiproxy'].sort());
    }
  });

  test('each ordered pair that talks has a proxy of its own, and so has each node for its clients', () => {
    const proxies = JSON.parse(services.links?.environment?.PROXIES ?? '[]') as readonly {
      readonly name: string;
      readonly listen: string;
    }[];
    const between = (managers + workers) * (managers + workers - 1);
    expect(proxies).toHaveLength(between + managers + workers);
    expect(new Set(proxies.map(({ name }) => name)).size).toBe(proxies.length);
    expect(new Set(proxies.map(({ listen }) => listen)).size).toBe(proxies.length);
  });

  test('addresses and published ports can be chosen for a cluster beside another', () => {
    const text = compose({ managers, workers });
    expect(text.match(/[^}]10\.202\.\d/g)).toBeNull();
    for (const port of services.toxiproxy?.ports ?? [])
      expect(port).toMatch(/^127\.0\.0\.1:\$\{SCHISM_PORT_[A-Z0-9]+:-\d+\}:\d+$/);
  });
});
