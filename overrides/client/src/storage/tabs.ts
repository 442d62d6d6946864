/**
 * Several tabs of one site. A tab may write over what another has written and it has not yet seen: whoever finds its own change
 * gone makes it again.
 */

/** How long a change may take to reach every tab, in milliseconds. */
const SETTLES = 5000;

interface Made {
  at: number;
  again(): void;
}

/** This tab's latest changes, by key. */
const made = new Map<string, Made[]>();
let listening = false;

/** Another tab has written something under a key that `concerns` the caller, or it is `gone`. */
export function hear(concerns: (key: string) => boolean, heard: (gone: boolean) => void, signal?: AbortSignal): void {
  const listener = ({ key, newValue }: StorageEvent): void => {
    if (key === null || concerns(key)) heard(newValue === null); // null: all was cleared
  };
  window.addEventListener("storage", listener, signal && { signal });
}

/** This tab has changed what is under `key`; `again` makes the change again, where it is missing. */
export function remember(key: string, again: () => void): void {
  const now = Date.now();
  made.set(key, [...(made.get(key) ?? []).filter(({ at }) => now - at < SETTLES), { at: now, again }]);
  if (listening) return;
  listening = true;
  window.addEventListener("storage", ({ key, newValue }) => {
    if (newValue === null) return forget(key);
    for (const { at, again } of made.get(key!) ?? []) if (Date.now() - at < SETTLES) again();
  });
}

/** What was under the key was to go: it is not made again. Null: under any. */
export function forget(key: string | null): void {
  if (key === null) made.clear();
  else made.delete(key);
}
