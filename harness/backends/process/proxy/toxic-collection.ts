import {
  badRequestBody,
  invalidStream,
  invalidToxicType,
  toxicAlreadyExists,
  toxicNotFound,
} from './api-error.ts';
import { parseGoJson, type GoValue } from './go-json.ts';
import { readFields } from './go-struct.ts';
import { firstOfChain, ToxicLink, type LinkEnds } from './link.ts';
import {
  toxicKinds,
  type Attributes,
  type Direction,
  type RunningToxic,
  type Toxic,
  type ToxicKind,
} from './toxic.ts';

/** The toxics of one proxy, in the order in which bytes meet them, and the live links that they act on. */
export class ToxicCollection {
  readonly #chains: Record<Direction, Toxic[]> = { upstream: [], downstream: [] };
  readonly #links = new Set<ToxicLink>();
  /** Changes follow one another: each waits until every live link has made the one before. */
  #changes: Promise<unknown> = Promise.resolve();

  get all(): readonly Toxic[] {
    return [...this.#chains.upstream, ...this.#chains.downstream];
  }

  find(name: string): Toxic {
    const toxic = this.all.find((one) => one.name === name);
    if (toxic === undefined) throw toxicNotFound();
    return toxic;
  }

  /** Whether a connection that begins now is to be reset when it ends. */
  get resets(): boolean {
    return this.all.some(({ kind }) => kind.resets === true);
  }

  startLink(ends: LinkEnds): ToxicLink {
    const link = new ToxicLink(ends, this.#chains[ends.direction]);
    this.#links.add(link);
    void link.done.finally(() => this.#links.delete(link));
    return link;
  }

  /** Resolves once it acts on every live connection. */
  add(body: Buffer): Promise<Toxic> {
    return this.#change(async () => {
      const toxic = readToxic(body);
      if (this.all.some(({ name }) => name === toxic.name)) throw toxicAlreadyExists();
      const chain = this.#chains[toxic.direction];
      const previous = chain.at(-1) ?? firstOfChain;
      chain.push(toxic);
      await this.#onLinks(toxic.direction, (link) => link.add(toxic, previous));
      return toxic;
    });
  }

  update(name: string, body: Buffer): Promise<Toxic> {
    return this.#change(async () => {
      const old = this.find(name);
      const given = readFields(
        parseGoJson(body),
        { attributes: { struct: `toxics.${old.kind.goName}` }, toxicity: 'float32' },
        {
          type: 'struct { Attributes interface {} "json:\\"attributes\\""; Toxicity float32 "json:\\"toxicity\\"" }',
          path: (field) => `.${field}`,
        },
      );
      const toxic: Toxic = {
        ...old,
        attributes: { ...old.attributes, ...readAttributes(old.kind, given.attributes) },
        toxicity: given.toxicity ?? old.toxicity,
      };
      const chain = this.#chains[toxic.direction];
      const index = chain.indexOf(old);
      chain[index] = toxic;
      await this.#onLinks(toxic.direction, (link) => link.update(index + 1, toxic));
      return toxic;
    });
  }

  remove(name: string): Promise<void> {
    return this.#change(() => this.#remove(this.find(name)));
  }

  reset(): Promise<void> {
    return this.#change(async () => {
      for (const toxic of this.all) await this.#remove(toxic);
    });
  }

  async #remove(toxic: Toxic): Promise<void> {
    const chain = this.#chains[toxic.direction];
    const index = chain.indexOf(toxic);
    const previous: RunningToxic = chain[index - 1] ?? firstOfChain;
    chain.splice(index, 1);
    await this.#onLinks(toxic.direction, (link) => link.remove(index + 1, toxic, previous));
  }

  async #onLinks(direction: Direction, change: (link: ToxicLink) => Promise<void>): Promise<void> {
    const concerned = [...this.#links].filter((link) => link.direction === direction);
    await Promise.all(concerned.map(change));
  }

  #change<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => undefined);
    return done;
  }
}

/** Downstream and always, unless the body says otherwise. */
const readToxic = (body: Buffer): Toxic => {
  const given = readFields(
    parseGoJson(body),
    {
      attributes: { struct: 'toxics.NoopToxic' },
      name: 'string',
      type: 'string',
      stream: 'string',
      toxicity: 'float32',
    },
    { type: 'toxics.ToxicWrapper', path: (field) => `ToxicWrapper.${field}` },
  );
  const { type = '', stream = 'downstream', toxicity = 1 } = given;
  const direction = stream.toLowerCase();
  if (direction !== 'upstream' && direction !== 'downstream') throw invalidStream();
  const kind = toxicKinds.get(type);
  if (kind === undefined) throw invalidToxicType();
  return {
    kind,
    name: given.name === undefined || given.name === '' ? `${type}_${stream}` : given.name,
    stream,
    direction,
    toxicity,
    attributes: { ...noAttributes(kind), ...readAttributes(kind, given.attributes) },
  };
};

const noAttributes = ({ fields }: ToxicKind): Attributes =>
  Object.fromEntries(Object.keys(fields).map((name) => [name, 0]));

const readAttributes = (kind: ToxicKind, value: GoValue | undefined): Attributes => {
  if (value === undefined) return {};
  const read = readFields(value, kind.fields, {
    type: `toxics.${kind.goName}`,
    path: (field) => `${kind.goName}.attributes.${field}`,
  });
  for (const [name, number] of Object.entries(read))
    if (number !== undefined && !Number.isSafeInteger(number))
      throw badRequestBody(`${name} is larger than this proxy can count`);
  return Object.fromEntries(
    Object.entries(read).flatMap(([name, number]) =>
      number === undefined ? [] : [[name, number]],
    ),
  );
};
