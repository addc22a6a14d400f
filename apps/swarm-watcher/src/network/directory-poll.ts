import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type DirectoryAnswer, type DirectoryFailure, type ListedNode, SwarmMap } from '@push/watch';
import { WATCHER_SERVICES, type WatcherServices } from '../watcher-services.ts';
import { NodeSessions } from './node-sessions.ts';

/** While there is no list at all, somebody waits for it. */
const FIRST_RETRY_MS = 1_000;

/** Follows the storage network. The last good list stays in use whatever goes wrong. */
@Injectable()
export class DirectoryPoll {
  readonly #services: WatcherServices;
  readonly #sessions: NodeSessions;
  #hasList = false;
  #failure: DirectoryFailure | null = null;
  #lastSummary = '';

  constructor(@Inject(WATCHER_SERVICES) services: WatcherServices, @Inject(NodeSessions) sessions: NodeSessions) {
    this.#services = services;
    this.#sessions = sessions;
  }

  /** Until `signal` fires. */
  async run(pollMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const answer = await this.#services.directory.poll(signal);
      if (signal.aborted) return;
      this.#take(answer);
      const waitMs = this.#hasList ? pollMs : Math.min(pollMs, FIRST_RETRY_MS);
      await wait(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  #take(answer: DirectoryAnswer): void {
    const { metrics, ledger } = this.#services;
    const outcome = answer.kind === 'failed' ? answer.reason : answer.kind;
    metrics.count('push_directory_polls_total', { outcome });
    if (answer.kind === 'failed') {
      if (answer.reason !== this.#failure) ledger.record('directory.failed', { reason: answer.reason });
      this.#failure = answer.reason;
      return;
    }
    this.#failure = null;
    if (answer.kind === 'listed') this.#follow(answer.nodes, answer.height);
  }

  #follow(nodes: readonly ListedNode[], height: number): void {
    const { coverage, readiness, ledger } = this.#services;
    const map = new SwarmMap(nodes);
    const movedAccounts = coverage.setMap(map);
    this.#hasList = true;
    readiness.set('directory', true);
    this.#sessions.changed();
    const usable = nodes.filter(({ node }) => node !== null).length;
    const network = { swarms: map.swarmCount, nodes: nodes.length, usable, movedAccounts };
    // Every block brings a list, and most are as the one before.
    const summary = JSON.stringify(network);
    if (summary !== this.#lastSummary) ledger.record('directory.changed', { height, ...network });
    this.#lastSummary = summary;
  }
}
