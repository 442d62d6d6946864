/**
 * Does a cell that was asked to stop heed it, or must its worker be replaced?
 *
 * A worker that answers is alive, and its cell is on its way out. One that does not answer may be busy in Python, or its machine may be busy:
 * a rival tells the two apart. It is a new worker, made after the question was put; when it is up and the old one has still not
 * answered, the old one is not going to. No span of time would be right on every machine.
 */

/** What stands between one question and the next, and how long an answer may take before a rival is made. Milliseconds. */
const TURN = 20;
/** Answers that a living worker may give before its cell has ended, each time it is asked to stop: cleaning up takes some. */
const GRACE = 25;
const PLEAS = 2;
/** A rival whose script does not arrive proves nothing. */
const LONGEST = 5_000;

export interface Stopping<Rival> {
  /** Settles when the cell has ended. */
  ended: Promise<unknown>;
  /** Asks the cell to stop. Settles when the worker has heard it. */
  plead(): Promise<unknown>;
  /** Settles when the worker answers, which is between two steps of what it runs. */
  ping(): Promise<unknown>;
  /** How long the worker may stay silent before a rival is made, in milliseconds. */
  silence: number;
  /** Makes a worker that could take over, and says when it is as far as the old one should have been long ago. */
  rival(): { rival: Rival; up: Promise<unknown> };
  dismiss(rival: Rival): void;
}

/** Nothing when the cell has ended; else what has to replace its worker. */
export async function heed<Rival>(stopping: Stopping<Rival>): Promise<Rival | undefined> {
  const { ended, plead, ping, rival } = stopping;
  let over = false;
  void ended.then(() => (over = true));
  for (let answers = 0; answers < PLEAS * GRACE; answers++) {
    const successor = await silent(stopping, answers % GRACE ? ping() : plead());
    if (successor) return successor;
    await Promise.race([ended, after(TURN)]);
    if (over) return undefined;
  }
  return rival().rival;
}

/** A rival, when it was up before `answer` came or the cell ended. */
async function silent<Rival>({ ended, silence, rival, dismiss }: Stopping<Rival>, answer: Promise<unknown>): Promise<Rival | undefined> {
  const sign = Promise.race([ended, answer]).then(
    () => "alive" as const,
    () => "alive" as const,
  );
  if ((await Promise.race([sign, after(silence)])) === "alive") return undefined;
  const made = rival();
  const up = Promise.race([made.up, after(LONGEST)]).then(
    () => "silent" as const,
    () => "silent" as const,
  );
  if ((await Promise.race([sign, up])) === "silent") return made.rival;
  dismiss(made.rival);
  return undefined;
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
