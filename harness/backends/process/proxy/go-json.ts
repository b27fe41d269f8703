/**
 * JSON as Go's decoder reads it, because its words are part of Toxiproxy's answers: the first value counts, what follows it
 * is ignored, numbers keep their spelling, and errors say what they say there (encoding/json, scanner.go).
 */
import { badRequestBody } from './api-error.ts';

export type GoValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly literal: string }
  | { readonly kind: 'array'; readonly items: readonly GoValue[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, GoValue])[] };

/** Throws the 400 that Toxiproxy would answer. */
export const parseGoJson = (body: Buffer): GoValue => new Parser(body.toString('latin1')).first();

const depthMax = 1_000;

class Parser {
  // One character a byte, as the scanner sees it.
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  first(): GoValue {
    this.#space();
    if (this.#at >= this.#text.length) throw badRequestBody('EOF');
    return this.#value(0);
  }

  #value(depth: number): GoValue {
    if (depth > depthMax) throw badRequestBody('exceeded max depth');
    this.#space();
    const char = this.#peek();
    switch (char) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return { kind: 'string', value: this.#string() };
      case 't':
        this.#literal('true');
        return { kind: 'bool', value: true };
      case 'f':
        this.#literal('false');
        return { kind: 'bool', value: false };
      case 'n':
        this.#literal('null');
        return { kind: 'null' };
      default:
        if (char === '-' || isDigit(char)) return this.#number();
        throw invalid(char, 'looking for beginning of value');
    }
  }

  #object(depth: number): GoValue {
    const fields: [string, GoValue][] = [];
    this.#at += 1;
    this.#space();
    if (this.#peek() === '}') {
      this.#at += 1;
      return { kind: 'object', fields };
    }
    for (;;) {
      this.#space();
      if (this.#peek() !== '"')
        throw invalid(this.#peek(), 'looking for beginning of object key string');
      const key = this.#string();
      this.#space();
      if (this.#peek() !== ':') throw invalid(this.#peek(), 'after object key');
      this.#at += 1;
      fields.push([key, this.#value(depth + 1)]);
      this.#space();
      const next = this.#peek();
      if (next !== ',' && next !== '}') throw invalid(next, 'after object key:value pair');
      this.#at += 1;
      if (next === '}') return { kind: 'object', fields };
    }
  }

  #array(depth: number): GoValue {
    const items: GoValue[] = [];
    this.#at += 1;
    this.#space();
    if (this.#peek() === ']') {
      this.#at += 1;
      return { kind: 'array', items };
    }
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#space();
      const next = this.#peek();
      if (next !== ',' && next !== ']') throw invalid(next, 'after array element');
      this.#at += 1;
      if (next === ']') return { kind: 'array', items };
    }
  }

  #string(): string {
    const begin = this.#at;
    this.#at += 1;
    for (let char = this.#peek(); char !== '"'; char = this.#peek()) {
      if (char < ' ') throw invalid(char, 'in string literal');
      this.#at += 1;
      if (char === '\\') this.#escape();
    }
    this.#at += 1;
    const bytes = Buffer.from(this.#text.slice(begin, this.#at), 'latin1');
    return JSON.parse(bytes.toString('utf8')) as string;
  }

  #escape(): void {
    const char = this.#peek();
    if (!'bfnrt\\/"u'.includes(char)) throw invalid(char, 'in string escape code');
    this.#at += 1;
    if (char !== 'u') return;
    for (let digits = 0; digits < 4; digits++) {
      const digit = this.#peek();
      if (!/[0-9a-fA-F]/.test(digit)) throw invalid(digit, 'in \\u hexadecimal character escape');
      this.#at += 1;
    }
  }

  #number(): GoValue {
    const begin = this.#at;
    if (this.#peek() === '-') this.#at += 1;
    if (this.#peek() === '0') this.#at += 1;
    else this.#digits('in numeric literal');
    if (this.#text[this.#at] === '.') {
      this.#at += 1;
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#text[this.#at] === 'e' || this.#text[this.#at] === 'E') {
      this.#at += 1;
      if (this.#peek() === '+' || this.#peek() === '-') this.#at += 1;
      this.#digits('in exponent of numeric literal');
    }
    return { kind: 'number', literal: this.#text.slice(begin, this.#at) };
  }

  #digits(where: string): void {
    if (!isDigit(this.#peek())) throw invalid(this.#peek(), where);
    while (isDigit(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #literal(word: string): void {
    for (const [index, letter] of Array.from(word).entries()) {
      const char = this.#peek();
      if (char !== letter)
        throw invalid(
          char,
          index === 0
            ? 'looking for beginning of value'
            : `in literal ${word} (expecting '${letter}')`,
        );
      this.#at += 1;
    }
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
  }

  #peek(): string {
    const char = this.#text[this.#at];
    if (char === undefined) throw badRequestBody('unexpected EOF');
    return char;
  }
}

const isDigit = (char: string): boolean => char >= '0' && char <= '9';

const invalid = (char: string, where: string): Error =>
  badRequestBody(`invalid character ${quoted(char)} ${where}`);

/** As Go quotes a character. */
const quoted = (char: string): string => {
  if (char === "'") return String.raw`'\''`;
  if (char === '"') return `'"'`;
  const known: Readonly<Record<string, string>> = {
    '\\': '\\\\',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
    '\x07': '\\a',
  };
  const code = char.charCodeAt(0);
  if (known[char] !== undefined) return `'${known[char]}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  if (code >= 0x80 && code < 0xa1) return `'\\u${code.toString(16).padStart(4, '0')}'`;
  return `'${char}'`;
};
