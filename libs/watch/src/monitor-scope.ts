import type { MonitorRequest } from '@push/protocol';
import type { MonitorScope } from './watched-account.ts';

/** Today's apps use a handful of namespace lists; a client that invents thousands must not fill this. */
const SHARED_LISTS = 256;

/** Keeps one copy of each common namespace list. */
export class NamespaceSets {
  readonly #shared = new Map<string, readonly number[]>();

  share(namespaces: readonly number[]): readonly number[] {
    const text = namespaces.join();
    const known = this.#shared.get(text);
    if (known !== undefined) return known;
    const own = [...namespaces];
    if (this.#shared.size < SHARED_LISTS) this.#shared.set(text, own);
    return own;
  }
}

export function scopeOf({ namespaces, wantsData, subaccount }: MonitorRequest, sets: NamespaceSets): MonitorScope {
  return {
    namespaces: sets.share(namespaces),
    wantsData,
    subaccountTag: subaccount === null ? '' : Buffer.from(subaccount.tag).toString('latin1'),
  };
}

export function sameScope(a: MonitorScope, b: MonitorScope): boolean {
  return (
    a.wantsData === b.wantsData &&
    a.subaccountTag === b.subaccountTag &&
    a.namespaces.length === b.namespaces.length &&
    a.namespaces.every((namespace, i) => namespace === b.namespaces[i])
  );
}
