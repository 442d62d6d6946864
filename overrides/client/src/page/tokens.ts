/** Rows of tokens: Tab enters a row, the arrow keys go from token to token. One listener, wherever rows come and go. */

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowRight: (at, last) => Math.min(at + 1, last),
  ArrowLeft: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

export function walkTokens(): void {
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const token = event.target as HTMLElement;
    if (!step || event.altKey || event.ctrlKey || event.metaKey || !token.matches?.(".er-tokens > li")) return;
    const row = [...token.parentElement!.children] as HTMLElement[];
    const next = row[step(row.indexOf(token), row.length - 1)]!;
    event.preventDefault();
    token.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}
