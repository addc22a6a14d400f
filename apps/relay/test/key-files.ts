import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@push/ops';
import type { UnixSeconds } from '@push/protocol';
import { formatKeyRing, xWingSecretKey } from '@push/sealing';

/** A folder with a relay's key files, removed in the end. */
export interface KeyFiles extends Disposable {
  readonly dir: string;
  /** The variables that name the files. */
  readonly environment: Environment;
}

export function makeKeyFiles(): KeyFiles {
  const dir = mkdtempSync(join(tmpdir(), 'push-relay-'));
  const file = (name: string, key: Uint8Array): string => {
    writeFileSync(join(dir, name), formatKeyRing([{ createdAt: 1 as UnixSeconds, key }]), { mode: 0o600 });
    return join(dir, name);
  };
  const sealingKey = (): Uint8Array => xWingSecretKey(randomBytes(32)).publicKey.bytes;
  return {
    dir,
    environment: {
      RELAY_INDEX_KEY_FILE: file('index.key', randomBytes(32)),
      RELAY_WATCH_PUBLIC_FILE: file('watch.pub', sealingKey()),
      RELAY_DEVICE_PUBLIC_FILE: file('device.pub', sealingKey()),
      RELAY_ONION_SECRET_FILE: file('onion.key', randomBytes(32)),
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
