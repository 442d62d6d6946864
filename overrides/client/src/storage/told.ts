/** What a reader is told of what became of an answer. "" when it is kept and nothing was amiss. */
import type { Outcome } from "./slot";

type Told = Pick<Outcome<unknown>, "kept" | "damage">;

const UNKEPT = "Your browser does not let this page keep answers (storage is blocked or full). They last until you leave the page.";
const NEWER = "Your browser holds answers of a newer version of this page. They are left as they are; what you answer now is not kept.";

/** `what`: what the record is of. */
export function told({ kept, damage }: Told, what = "these answers"): string {
  if (kept === "refused") return UNKEPT;
  if (kept === "newer") return NEWER;
  if (damage === "all") return `What your browser had kept of ${what} cannot be read. It was copied aside, and you begin anew.`;
  return damage === "part"
    ? `Some of what your browser had kept of ${what} cannot be read. It was copied aside; the rest is still here.`
    : "";
}

/** Each sentence once. */
export function sentences(...all: string[]): string {
  return [...new Set(all)].filter(Boolean).join(" ");
}
