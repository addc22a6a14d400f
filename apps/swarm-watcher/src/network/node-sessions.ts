import { Inject, Injectable } from '@nestjs/common';
import type { BatchOutcome, NodeKey, RefusalReason } from '@push/watch';
import { ReportIntake } from '../reports/report-intake.ts';
import { WATCHER_SERVICES, type WatcherServices } from '../watcher-services.ts';
import { NodeSession } from './node-session.ts';

/** Registrations that come within this time go to the nodes together. */
const COALESCE_MS = 50;

/** A session with every node that is wanted, and with no other. */
@Injectable()
export class NodeSessions {
  readonly #services: WatcherServices;
  readonly #reports: ReportIntake;
  readonly #sessions = new Map<NodeKey, NodeSession>();
  #refusals = new Map<RefusalReason, number>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(@Inject(WATCHER_SERVICES) services: WatcherServices, @Inject(ReportIntake) reports: ReportIntake) {
    this.#services = services;
    this.#reports = reports;
  }

  get wantedCount(): number {
    return this.#sessions.size;
  }

  get connectedCount(): number {
    let count = 0;
    for (const { isConnected } of this.#sessions.values()) if (isConnected) count += 1;
    return count;
  }

  /** The coverage has changed: brings sessions and subscriptions up to it, soon. */
  changed(): void {
    if (this.#timer !== null || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#follow();
    }, COALESCE_MS);
  }

  /** Refusals since the last call, by reason. */
  takeRefusals(): ReadonlyMap<RefusalReason, number> {
    const refusals = this.#refusals;
    this.#refusals = new Map();
    return refusals;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  #follow(): void {
    const { coverage } = this.#services;
    const wanted = coverage.wantedMembers();
    for (const [key, session] of this.#sessions) {
      const member = wanted.get(key);
      if (member !== undefined && session.serves(member)) continue;
      session.close();
      this.#sessions.delete(key);
    }
    for (const [key, member] of wanted) {
      if (this.#sessions.has(key)) continue;
      const session = new NodeSession(member, this.#services, this.#reports, (refusals) => this.#refused(refusals));
      this.#sessions.set(key, session);
    }
    for (const swarm of coverage.takeTouched()) {
      for (const key of swarm.members.keys()) this.#sessions.get(key)?.pump();
    }
  }

  #refused(refusals: BatchOutcome['refused']): void {
    for (const [reason, count] of refusals) {
      this.#services.metrics.count('push_subscription_refusals_total', { reason }, count);
      this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + count);
    }
  }
}
