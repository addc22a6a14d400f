const isTerminal = process.stdout.isTTY;
const paint = (code: number, text: string): string => (isTerminal ? `\u001B[${code}m${text}\u001B[0m` : text);

/** Prints what happens, when and to whom, as lines a person reads from top to bottom. */
export class Timeline {
  #began = performance.now();

  title(text: string): void {
    console.log(`\n${paint(1, text)}`);
  }

  /** A step of the set-up. */
  done(text: string): void {
    console.log(`  ${paint(32, 'done')}  ${text}`);
  }

  /** Times are told from here on. */
  restart(): void {
    this.#began = performance.now();
  }

  event(who: string, what: string): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(3).padStart(7);
    console.log(`  ${paint(2, `${seconds} s`)}  ${paint(36, who.padEnd(16))}${what}`);
  }

  /** What somebody learnt at this step; and what he did not. */
  knows(who: string, what: string): void {
    console.log(`             ${paint(2, `${who.padEnd(16)}${what}`)}`);
  }

  line(text = ''): void {
    console.log(text === '' ? '' : `  ${text}`);
  }
}
