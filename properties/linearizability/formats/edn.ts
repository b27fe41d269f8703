import {
  eventOf,
  Unreadable,
  type AddEvent,
  type Fields,
  type HistoryEvent,
  type Value,
} from './event.ts';

/** Nesting beyond this is refused, so that a hostile file cannot exhaust the stack. */
const DEPTH_MAX = 500;

const [SPACE, QUOTE, HASH, COMMA, MINUS, PLUS, NINE, ZERO] = [32, 34, 35, 44, 45, 43, 57, 48];
const [COLON, SEMICOLON, UPPER_A, OPEN_SQUARE, BACKSLASH, CLOSE_SQUARE, CARET] = [
  58, 59, 65, 91, 92, 93, 94,
];
const [OPEN_BRACE, CLOSE_BRACE, OPEN, CLOSE, UNDERSCORE] = [123, 125, 40, 41, 95];
const CHARACTERS = new Map([
  ['newline', '\n'],
  ['return', '\r'],
  ['space', ' '],
  ['tab', '\t'],
]);
const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
]);

/**
 * The maps that most files hold, told in one go by the engine's own code, for a file is read before any of ours is
 * warm. Whatever else is in a map, it is read value by value.
 */
const FLAT =
  /\{:process (\d{1,15}), :type :(invoke|ok|fail|info), :f :([\w-]+)(?:, :key "([^"\\]*)")?, :value (?:nil|(\d{1,15})|"([^"\\]*)")\}/y;

function flatEvent(reader: EdnReader, text: string): HistoryEvent | undefined {
  FLAT.lastIndex = reader.at;
  const found = FLAT.exec(text);
  if (found === null) return undefined;
  const line = reader.line();
  reader.at = FLAT.lastIndex;
  const [, process, type, f, key, number, string] = found;
  return {
    line,
    process: Number(process),
    type: type as HistoryEvent['type'],
    f: f!,
    value: string ?? (number === undefined ? null : Number(number)),
    key,
  };
}

/** Events of a file in EDN: one vector or list of maps, or one map after another. Throws {@link Unreadable}. */
export function ednEvents(text: string, add: AddEvent): void {
  const reader = new EdnReader(text);
  let inside = 0;
  for (let code = reader.peek(); code !== -1; code = reader.peek()) {
    if (code === OPEN_BRACE) {
      const flat = flatEvent(reader, text);
      if (flat === undefined) {
        const line = reader.line();
        add(eventOf(reader.fields(), line));
      } else add(flat);
    } else if (inside === 0 && (code === OPEN_SQUARE || code === OPEN)) {
      reader.at += 1;
      inside = code === OPEN ? CLOSE : CLOSE_SQUARE;
    } else if (code === HASH) {
      reader.skipTag();
    } else if (code === inside) {
      reader.at += 1;
      inside = 0;
    } else {
      reader.fail('expected an operation, a map in braces');
    }
  }
  if (inside !== 0) reader.fail('the file ends inside its list of operations');
}

/** One value, and nothing after it; throws {@link Unreadable}. */
export function ednValue(text: string): Value {
  const reader = new EdnReader(text);
  const value = reader.value();
  if (reader.peek() !== -1) reader.fail('expected nothing after the value');
  return value;
}

/** Reads EDN from a text, value by value. Unknown tags are dropped, what they are on is kept. */
export class EdnReader {
  at: number;
  readonly #text: string;
  #end: number;
  #lines = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
    this.at = 0;
    this.#end = text.length;
  }

  /** Reads another piece of the text, which begins on the given line. */
  restart({
    at,
    end,
    line,
  }: {
    readonly at: number;
    readonly end: number;
    readonly line: number;
  }): void {
    this.at = at;
    this.#end = end;
    this.#counted = at;
    this.#lines = line;
  }

  /** The line of the next character. */
  line(): number {
    for (;;) {
      const found = this.#text.indexOf('\n', this.#counted);
      if (found === -1 || found >= this.at) return this.#lines;
      this.#counted = found + 1;
      this.#lines += 1;
    }
  }

  fail(reason: string): never {
    throw new Unreadable(this.line(), reason);
  }

  /** The next character that means something, -1 at the end; discards what `#_` is before. */
  peek(): number {
    for (; this.at < this.#end; this.at++) {
      const code = this.#text.charCodeAt(this.at);
      if (code === SEMICOLON) {
        const end = this.#text.indexOf('\n', this.at);
        this.at = end === -1 || end > this.#end ? this.#end - 1 : end;
      } else if (code === HASH && this.#text.charCodeAt(this.at + 1) === UNDERSCORE) {
        this.at += 2;
        this.value();
        this.at -= 1;
      } else if (code > SPACE && code !== COMMA && code !== 0xfeff) {
        return code;
      }
    }
    return -1;
  }

  /** The next value. */
  value(depth = 0): Value {
    const code = this.peek();
    if (code === -1) this.fail('the text ends where a value is expected');
    if (depth > DEPTH_MAX) this.fail(`values are nested deeper than ${DEPTH_MAX}`);
    switch (code) {
      case QUOTE:
        return this.#string();
      case OPEN_SQUARE:
        return this.#until(CLOSE_SQUARE, depth);
      case OPEN:
        return this.#until(CLOSE, depth);
      case OPEN_BRACE:
        return this.#map(depth);
      case HASH:
        return this.#dispatched(depth);
      case CARET:
        // Metadata, as Clojure prints it: read and dropped.
        this.at += 1;
        this.value(depth + 1);
        return this.value(depth + 1);
      case BACKSLASH:
        this.at += 1;
        return this.#character();
      case CLOSE:
      case CLOSE_SQUARE:
      case CLOSE_BRACE:
        return this.fail(`unexpected ${String.fromCharCode(code)}`);
      default:
        return this.#atom(code);
    }
  }

  /** The map that comes next, as the fields of an event; other entries are read and dropped. */
  fields(): Fields {
    const fields: Fields = {};
    this.at += 1;
    for (let code = this.peek(); code !== CLOSE_BRACE; code = this.peek()) {
      if (code === -1) this.fail('the text ends inside a map');
      const name = this.value(1);
      const value = this.value(1);
      switch (name) {
        case ':process':
          fields.process = value;
          break;
        case ':type':
          fields.type = value;
          break;
        case ':f':
          fields.f = value;
          break;
        case ':value':
          fields.value = value;
          break;
        case ':key':
          fields.key = value;
          break;
      }
    }
    this.at += 1;
    return fields;
  }

  #until(close: number, depth: number): Value[] {
    const values: Value[] = [];
    this.at += 1;
    for (let code = this.peek(); code !== close; code = this.peek()) {
      if (code === -1) this.fail(`the text ends before ${String.fromCharCode(close)}`);
      values.push(this.value(depth + 1));
    }
    this.at += 1;
    return values;
  }

  #map(depth: number): ReadonlyMap<Value, Value> {
    const entries = this.#until(CLOSE_BRACE, depth);
    if (entries.length % 2 === 1) this.fail('a map has a key without a value');
    const map = new Map<Value, Value>();
    for (let at = 0; at < entries.length; at += 2)
      map.set(entries[at] ?? null, entries[at + 1] ?? null);
    return map;
  }

  /** Steps over the tag of the value that comes next. */
  skipTag(): void {
    this.at += 1;
    if (this.#token() === '') this.fail('expected a tag after #');
  }

  #dispatched(depth: number): Value {
    this.at += 1;
    const code = this.#text.charCodeAt(this.at);
    if (code === OPEN_BRACE) return new Set(this.#until(CLOSE_BRACE, depth));
    if (code === HASH) {
      // ##Inf, ##-Inf, ##NaN.
      this.at += 1;
      return `##${this.#token()}`;
    }
    if (this.#token() === '') this.fail('expected a tag after #');
    return this.value(depth + 1);
  }

  #string(): string {
    const start = this.at + 1;
    const end = this.#text.indexOf('"', start);
    if (end === -1 || end >= this.#end) this.fail('a text does not end');
    const plain = this.#text.slice(start, end);
    if (!plain.includes('\\')) {
      this.at = end + 1;
      return plain;
    }
    let value = '';
    for (let at = start; at < this.#end; at++) {
      const character = this.#text[at] ?? '';
      if (character === '"') {
        this.at = at + 1;
        return value;
      }
      if (character !== '\\') {
        value += character;
        continue;
      }
      const escaped = this.#text[++at] ?? '';
      if (escaped === 'u') {
        value += String.fromCharCode(Number.parseInt(this.#text.slice(at + 1, at + 5), 16));
        at += 4;
      } else {
        value += ESCAPES.get(escaped) ?? escaped;
      }
    }
    return this.fail('a text does not end');
  }

  #character(): string {
    const start = this.at;
    this.at += 1;
    const rest = this.#token();
    const name = this.#text.slice(start, start + 1) + rest;
    return CHARACTERS.get(name) ?? name;
  }

  /** Up to the next delimiter. */
  #token(): string {
    const start = this.at;
    while (this.at < this.#end && !isDelimiter(this.#text.charCodeAt(this.at))) this.at += 1;
    return this.#text.slice(start, this.at);
  }

  #atom(first: number): Value {
    if (first >= ZERO && first <= NINE) {
      const small = this.#smallInteger();
      if (small !== undefined) return small;
    }
    const token = this.#token();
    if (first === COLON && token.length > 1) return token;
    if (token === 'nil') return null;
    if (token === 'true') return true;
    if (token === 'false') return false;
    if ((first >= ZERO && first <= NINE) || first === MINUS || first === PLUS)
      return this.#number(token);
    if (first < UPPER_A && token === '') this.fail('expected a value');
    return token;
  }

  #smallInteger(): number | undefined {
    let value = 0;
    let at = this.at;
    for (; at < this.#end; at++) {
      const digit = this.#text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at - this.at > 15 || (at < this.#end && !isDelimiter(this.#text.charCodeAt(at))))
      return undefined;
    this.at = at;
    return value;
  }

  #number(token: string): Value {
    const whole = /^[+-]?\d+N?$/.exec(token);
    if (whole !== null) {
      const digits = token.replace('N', '').replace('+', '');
      const value = Number(digits);
      return Number.isSafeInteger(value) ? value : BigInt(digits);
    }
    if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?$/.test(token)) return Number(token.replace('M', ''));
    if (/^[+-]?\d+\/\d+$/.test(token)) return token;
    return /^[+-]$|^[+-]\D/.test(token) ? token : this.fail(`${token} is not a number`);
  }
}

function isDelimiter(code: number): boolean {
  return (
    code <= SPACE ||
    code === COMMA ||
    code === QUOTE ||
    code === SEMICOLON ||
    code === OPEN ||
    code === CLOSE ||
    code === OPEN_SQUARE ||
    code === CLOSE_SQUARE ||
    code === OPEN_BRACE ||
    code === CLOSE_BRACE
  );
}
