const linesMax = 400;
const lineLengthMax = 4_096;

/** The last lines that a node wrote. Both the number and the length of the lines are bounded. */
export class NodeLog {
  #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(
      line.length > lineLengthMax ? `${line.slice(0, lineLengthMax)}… (${line.length})` : line,
    );
    // Trimmed now and then: a shift for every line would cost more.
    if (this.#lines.length >= 2 * linesMax) this.#lines = this.#lines.slice(-linesMax);
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-linesMax);
  }
}
