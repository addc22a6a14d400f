/** Lets a line through once in `intervalMs` for each kind of it, so that whatever goes on failing does not fill the log. */
export function tellRarely(intervalMs: number, nowMs: () => number): (kind: string, tell: () => void) => void {
  const last = new Map<string, number>();
  return (kind, tell) => {
    const now = nowMs();
    for (const [known, atMs] of last) if (now - atMs >= intervalMs) last.delete(known);
    if (last.has(kind)) return;
    last.set(kind, now);
    tell();
  };
}
