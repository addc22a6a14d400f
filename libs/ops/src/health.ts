/**
 * What a process needs to do its work. Each dependency reports itself; the process is ready while all are, and `/readyz`
 * names those that are not.
 */
export class Readiness {
  readonly #missing = new Set<string>();

  constructor(dependencies: readonly string[]) {
    for (const dependency of dependencies) this.#missing.add(dependency);
  }

  set(dependency: string, isReady: boolean): void {
    if (isReady) this.#missing.delete(dependency);
    else this.#missing.add(dependency);
  }

  get missing(): readonly string[] {
    return [...this.#missing];
  }

  get isReady(): boolean {
    return this.#missing.size === 0;
  }
}
