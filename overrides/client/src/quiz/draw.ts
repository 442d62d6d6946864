/** Which questions are asked, and in which order their choices stand. */

export interface Drawable {
  id: string;
  topic: string;
}

/** `n` different ones; with `byTopic` as many from every topic as `n` allows, the rest from any. */
export function draw(pool: readonly Drawable[], n: number, byTopic: boolean, random: () => number = Math.random): string[] {
  const chosen: Drawable[] = [];
  const left = shuffled(pool, random);
  if (byTopic) {
    const topics = [...new Set(pool.map(({ topic }) => topic))];
    const each = Math.floor(n / topics.length);
    for (const topic of topics) chosen.push(...left.filter((one) => one.topic === topic).slice(0, each));
  }
  chosen.push(...left.filter((one) => !chosen.includes(one)).slice(0, n - chosen.length));
  return shuffled(chosen, random).map(({ id }) => id);
}

/** Fisher and Yates 1938, Durstenfeld 1964: each order is equally likely. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const done = [...items];
  for (let at = done.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [done[at], done[other]] = [done[other]!, done[at]!];
  }
  return done;
}
