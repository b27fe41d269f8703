import { badRequestBody, missingField, proxyAlreadyExists, proxyNotFound } from './api-error.ts';
import { parseGoJson } from './go-json.ts';
import { readFields, type GoPlace } from './go-struct.ts';
import { Proxy, type ProxySettings, type ProxySurroundings } from './proxy.ts';

const shape = { name: 'string', listen: 'string', upstream: 'string', enabled: 'bool' } as const;
const populated = 'struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }';

const alone: GoPlace = { type: 'toxiproxy.Proxy', path: (field) => `Proxy.${field}` };
/** Its own field hides the proxy's. */
const amongOthers: GoPlace = {
  type: populated,
  path: (field) => (field === 'enabled' ? '.enabled' : `.Proxy.${field}`),
};

/** All proxies of a server, by name. Changes of the collection follow one another. */
export class ProxyCollection {
  readonly #surroundings: ProxySurroundings;
  readonly #proxies = new Map<string, Proxy>();
  #changes: Promise<unknown> = Promise.resolve();

  constructor(surroundings: ProxySurroundings) {
    this.#surroundings = surroundings;
  }

  get all(): readonly Proxy[] {
    return [...this.#proxies.values()];
  }

  get(name: string): Proxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  create(body: Buffer): Promise<Proxy> {
    return this.#change(async () => {
      const given = readFields(parseGoJson(body), shape, alone);
      const { name = '', listen = '', upstream = '', enabled = true } = given;
      if (name === '') throw missingField('name');
      if (upstream === '') throw missingField('upstream');
      if (this.#proxies.has(name)) throw proxyAlreadyExists();
      const proxy = new Proxy({ name, listen, upstream }, this.#surroundings);
      if (enabled) await proxy.start();
      this.#proxies.set(name, proxy);
      return proxy;
    });
  }

  async update(name: string, body: Buffer): Promise<Proxy> {
    const proxy = this.get(name);
    const { listen, upstream, enabled } = proxy;
    const settings: ProxySettings = {
      ...{ listen, upstream, enabled },
      ...readFields(parseGoJson(body), shape, alone),
    };
    await proxy.update(settings);
    return proxy;
  }

  /** Creates those that are missing and replaces those that differ. What was made before a failure stays, and is told. */
  populate(
    body: Buffer,
  ): Promise<{ readonly proxies: readonly Proxy[]; readonly failure: unknown }> {
    return this.#change(async () => {
      const wanted = readPopulation(body);
      const proxies: Proxy[] = [];
      try {
        for (const one of wanted) proxies.push(await this.#addOrReplace(one));
        return { proxies, failure: undefined };
      } catch (failure) {
        return { proxies, failure };
      }
    });
  }

  remove(name: string): Promise<void> {
    return this.#change(async () => {
      await this.get(name).stop();
      this.#proxies.delete(name);
    });
  }

  /** Enables every proxy and removes every toxic. */
  async reset(): Promise<void> {
    for (const proxy of this.all) {
      await proxy.start();
      await proxy.toxics.reset();
    }
  }

  /** One that is the same stays as it is, also where it is disabled. */
  async #addOrReplace({
    name,
    ...settings
  }: ProxySettings & { readonly name: string }): Promise<Proxy> {
    const existing = this.#proxies.get(name);
    if (existing !== undefined) {
      if (!existing.differs(settings)) return existing;
      await existing.stop();
    }
    const proxy = new Proxy({ name, ...settings }, this.#surroundings);
    if (settings.enabled) await proxy.start();
    this.#proxies.set(name, proxy);
    return proxy;
  }

  #change<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => undefined);
    return done;
  }
}

/** Checked as a whole before the first proxy is made. */
const readPopulation = (body: Buffer): readonly (ProxySettings & { readonly name: string })[] => {
  const value = parseGoJson(body);
  if (value.kind === 'null') return [];
  if (value.kind !== 'array')
    throw badRequestBody(
      `json: cannot unmarshal ${value.kind} into Go value of type []${populated}`,
    );
  const read = value.items.map((item) => {
    const given = readFields(item, shape, amongOthers);
    const { name = '', listen = '', upstream = '', enabled = true } = given;
    return { name, listen, upstream, enabled };
  });
  for (const [index, { name, upstream }] of read.entries()) {
    if (name === '') throw missingField(`name at proxy ${index + 1}`);
    if (upstream === '') throw missingField(`upstream at proxy ${index + 1}`);
  }
  return read;
};
