/** One run of a cell: its code goes to Python, its outputs into the page. */
import type { Output, RunResult, Steps } from "../kernel/protocol";
import type { OutputArea } from "../output/area";
import { failingLine } from "../output/error";
import { kernelNow } from "../page/kernel";
import { progressIn, words } from "../page/waits";
import type { Event } from "../run/run";
import type { Behalf } from "../run/runnable";
import type { CodeView } from "./code-view";
import type { Status } from "./status";

const RUNNING_AFTER = 400; // ms of a run without any other word

export interface Stage {
  id: string;
  key: string;
  /** What runs. */
  source: string;
  code: CodeView;
  output: OutputArea;
  status: Status;
  handle(event: Event): void;
  /** It has run to its end. */
  ran(result: RunResult): void;
}

export async function* perform(stage: Stage, { lent, mayFetch, tell }: Behalf): Steps<RunResult["status"] | "refused"> {
  const { id, key: page, source: code, output, status } = stage;
  const began = performance.now();
  let refused = false;
  let drawn = false;
  let result: RunResult;
  stage.code.mark();
  output.begin(code);
  stage.handle({ type: "begins", lent });
  const slow = setTimeout(() => status.say("Running…"), RUNNING_AFTER);
  const received = (batch: Output[]): void => {
    output.add(batch);
    markFailure(stage, batch);
    const wait = progressIn(batch);
    if (!wait) return;
    clearTimeout(slow);
    tell?.(wait);
    status.say(words(wait), wait.share);
  };
  try {
    result = yield {
      page,
      cell: id,
      code,
      on: {
        output: received,
        input: (prompt, password) => output.ask(prompt, password),
        fetch: (wanted) => {
          const may = mayFetch(wanted);
          refused ||= !may;
          return may;
        },
      },
    };
    if (!refused) {
      await output.end();
      drawn = true;
    }
  } finally {
    clearTimeout(slow);
    if (!drawn) {
      output.takeBack();
      stage.handle({ type: "takenBack" });
    }
  }
  if (refused) return "refused";
  const session = result.restarted ? undefined : kernelNow()?.session(page);
  stage.handle({ type: "ended", code, status: result.status, session, seconds: (performance.now() - began) / 1000 });
  stage.ran(result);
  if (!lent || result.status !== "ok") status.announce(END[result.status](id));
  return result.status;
}

const END: Record<RunResult["status"], (id: string) => string> = {
  ok: (id) => `${id} has finished.`,
  stopped: (id) => `${id} was stopped.`,
  error: (id) => `${id} ended with an error.`,
  died: (id) => `${id} ended with an error.`,
};

function markFailure({ id, code }: Stage, batch: Output[]): void {
  const error = batch.find((output) => output.output_type === "error");
  const frame = error && failingLine(error, id);
  if (frame) code.mark(frame.line, `${error.ename}: ${error.evalue}`.split("\n")[0]);
}
