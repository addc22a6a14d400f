import { Inject, Injectable } from '@nestjs/common';
import type { DeviceId, WatchId } from '@push/protocol';
import type { WatchChange, WatchHandler } from '@push/registry';
import { DeathGuard } from '@push/watch';
import { NodeSessions } from '../network/node-sessions.ts';
import { WATCHER_SERVICES, type WatcherServices } from '../watcher-services.ts';

type UnreadableReason = Parameters<WatchHandler['unreadable']>[0];

/** Keeps the coverage what the registry says it should be. */
@Injectable()
export class RegistryFollower implements WatchHandler {
  readonly #services: WatcherServices;
  readonly #sessions: NodeSessions;
  readonly #guard = new DeathGuard();
  #implausible = 0;
  #unreadable = new Map<UnreadableReason, number>();

  constructor(@Inject(WATCHER_SERVICES) services: WatcherServices, @Inject(NodeSessions) sessions: NodeSessions) {
    this.#services = services;
    this.#sessions = sessions;
  }

  /** Until `signal` fires. */
  run(signal: AbortSignal): Promise<void> {
    return this.#services.source.follow(this, signal);
  }

  /** Devices whose death was not believed since the last call. */
  takeImplausible(): number {
    const count = this.#implausible;
    this.#implausible = 0;
    return count;
  }

  /** Registrations that could not be opened since the last call, by reason. */
  takeUnreadable(): ReadonlyMap<UnreadableReason, number> {
    const unreadable = this.#unreadable;
    this.#unreadable = new Map();
    return unreadable;
  }

  changed(change: WatchChange): void {
    const { coverage } = this.#services;
    if (change.kind === 'put') coverage.put(change.watchId, change.record, change.expiresAtMs);
    else coverage.remove(change.watchId);
    this.#sessions.changed();
  }

  scanned(present: ReadonlySet<WatchId>): void {
    const { coverage, readiness } = this.#services;
    coverage.retain(present);
    readiness.set('coverage', coverage.isWatched);
    readiness.set('registry', true);
    this.#sessions.changed();
  }

  unreadable(reason: UnreadableReason): void {
    this.#unreadable.set(reason, (this.#unreadable.get(reason) ?? 0) + 1);
    this.#services.metrics.count('push_watches_unreadable_total', { reason });
  }

  deviceDied(deviceId: DeviceId): void {
    const { coverage, clock, metrics } = this.#services;
    const watchIds = coverage.watchesOf(deviceId);
    const isBelieved = watchIds.length > 0 && this.#guard.believes(coverage.watchCount, clock.nowMs());
    const outcome = watchIds.length === 0 ? 'unknown' : isBelieved ? 'removed' : 'implausible';
    metrics.count('push_devices_died_total', { outcome });
    if (outcome === 'implausible') this.#implausible += 1;
    if (!isBelieved) return;
    for (const watchId of watchIds) {
      coverage.remove(watchId);
      void this.#forget(watchId);
    }
    this.#sessions.changed();
  }

  /** A watch that cannot be deleted now comes back with the next scan, wakes nobody, and expires. */
  async #forget(watchId: WatchId): Promise<void> {
    await this.#services.source.remove(watchId).catch(() => {});
  }
}
