import { Inject, Injectable } from '@nestjs/common';
import { NodeSessions } from './network/node-sessions.ts';
import { RegistryFollower } from './registry/registry-follower.ts';
import { WakeupLine } from './wakeups/wakeup-line.ts';
import { WATCHER_SERVICES, type WatcherServices } from './watcher-services.ts';

const TICK_MS = 1_000;
const NODES_TOLD_EVERY_MS = 10_000;
const TROUBLE_TOLD_EVERY_MS = 60_000;
/** A table of a million accounts is gone through in a minute and a half. */
const SWEPT_PER_TICK = 10_000;

/** Once a second: lets go what has expired, and says how far everything is watched. */
@Injectable()
export class CoverageReport {
  readonly #services: WatcherServices;
  readonly #sessions: NodeSessions;
  readonly #line: WakeupLine;
  readonly #registry: RegistryFollower;
  #timer: NodeJS.Timeout | null = null;
  #nodesToldMs = 0;
  #nodesTold = '0/0';
  #troubleToldMs = 0;

  constructor(
    @Inject(WATCHER_SERVICES) services: WatcherServices,
    @Inject(NodeSessions) sessions: NodeSessions,
    @Inject(WakeupLine) line: WakeupLine,
    @Inject(RegistryFollower) registry: RegistryFollower,
  ) {
    this.#services = services;
    this.#sessions = sessions;
    this.#line = line;
    this.#registry = registry;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #tick(): void {
    const { coverage, clock, readiness } = this.#services;
    const nowMs = clock.nowMs();
    coverage.sweep(nowMs, SWEPT_PER_TICK);
    this.#sessions.changed();
    readiness.set('coverage', coverage.isWatched);
    this.#measure();
    this.#tellNodes(nowMs);
    this.#tellTrouble(nowMs);
  }

  #measure(): void {
    const { coverage, metrics } = this.#services;
    let [swarms, watched, wanted, confirmed, refused] = [0, 0, 0, 0, 0];
    for (const swarm of coverage.swarms) {
      swarms += 1;
      if (swarm.isWatched) watched += 1;
      wanted += swarm.entryCount * swarm.members.size;
      for (const { subscriptions } of swarm.members.values()) {
        confirmed += subscriptions.confirmedCount;
        refused += subscriptions.refusedCount;
      }
    }
    metrics.set('push_swarms', { state: 'wanted' }, swarms);
    metrics.set('push_swarms', { state: 'watched' }, watched);
    metrics.set('push_subscriptions', { state: 'wanted' }, wanted);
    metrics.set('push_subscriptions', { state: 'confirmed' }, confirmed);
    metrics.set('push_subscriptions', { state: 'refused' }, refused);
    metrics.set('push_watched_accounts', {}, coverage.accountCount);
    metrics.set('push_watches', {}, coverage.watchCount);
    metrics.set('push_storage_nodes', { state: 'wanted' }, this.#sessions.wantedCount);
    metrics.set('push_storage_nodes', { state: 'connected' }, this.#sessions.connectedCount);
    metrics.set('push_wakeups_owed', {}, this.#line.size);
  }

  #tellNodes(nowMs: number): void {
    const nodes = { wanted: this.#sessions.wantedCount, connected: this.#sessions.connectedCount };
    const text = `${nodes.wanted}/${nodes.connected}`;
    if (text === this.#nodesTold || nowMs - this.#nodesToldMs < NODES_TOLD_EVERY_MS) return;
    this.#services.ledger.record('nodes.changed', nodes);
    this.#nodesTold = text;
    this.#nodesToldMs = nowMs;
  }

  #tellTrouble(nowMs: number): void {
    if (nowMs - this.#troubleToldMs < TROUBLE_TOLD_EVERY_MS) return;
    this.#troubleToldMs = nowMs;
    const { ledger } = this.#services;
    for (const [reason, refusals] of this.#sessions.takeRefusals()) {
      ledger.record('subscriptions.refused', { reason, refusals });
    }
    for (const [reason, watches] of this.#registry.takeUnreadable()) {
      ledger.record('watch.unreadable', { reason, watches });
    }
    const devices = this.#registry.takeImplausible();
    if (devices > 0) ledger.record('deaths.implausible', { devices });
  }
}
