import { statSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { ConfigFile } from './environment.ts';

export interface WatchFileOptions {
  readonly file: ConfigFile;
  readonly intervalMs: number;
  /** The new content, each time the file was written or replaced after this call. */
  readonly onChange: (bytes: Buffer) => void;
  /** The file cannot be read now. Told once; `onChange` follows when it can be read again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Notices by polling that a file changed: notifications of the operating system miss files that are replaced by a
 * rename, mounted into a container, or on a network. Throws when the file is not there to begin with.
 */
export function watchFile({ file, intervalMs, onChange, onError }: WatchFileOptions): Disposable {
  let seen: string | null = versionOf(statSync(file.path));
  let isDisposed = false;

  const look = async (): Promise<void> => {
    try {
      const version = versionOf(await stat(file.path));
      if (version !== seen) {
        const bytes = await readFile(file.path);
        if (!isDisposed) onChange(bytes);
      }
      seen = version;
    } catch (error) {
      if (seen !== null && !isDisposed) onError(error);
      seen = null;
    }
    if (!isDisposed) timer = setTimeout(() => void look(), intervalMs).unref();
  };
  let timer = setTimeout(() => void look(), intervalMs).unref();

  return {
    [Symbol.dispose]: () => {
      isDisposed = true;
      clearTimeout(timer);
    },
  };
}

function versionOf({ dev, ino, size, mtimeMs }: Stats): string {
  return `${dev}/${ino}/${size}/${mtimeMs}`;
}
