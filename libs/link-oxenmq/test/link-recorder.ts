import type { DiscardReason, LinkHandler } from '@push/watch';

/** Records what a link tells its owner and lets tests wait for it. */
export class LinkRecorder implements LinkHandler {
  readonly bodies: string[] = [];
  readonly discards: DiscardReason[] = [];
  ups = 0;
  downs = 0;
  #waiting: (() => void)[] = [];

  up(): void {
    this.ups += 1;
    this.#changed();
  }

  down(): void {
    this.downs += 1;
    this.#changed();
  }

  notified(body: Uint8Array): void {
    this.bodies.push(Buffer.from(body).toString('latin1'));
    this.#changed();
  }

  discarded(reason: DiscardReason): void {
    this.discards.push(reason);
    this.#changed();
  }

  async until(isTrue: (recorder: this) => boolean): Promise<void> {
    while (!isTrue(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
