/** A question answered in a live cell: its tests run in the page's Python, after the cell, and each says how it went. */
import type { LiveCell } from "../cell/live-cell";
import type { Output } from "../kernel/protocol";
import { agreeToPython } from "../page/consent";
import { stop } from "../page/kernel";
import { Waiting } from "../page/waits";
import { type Followed, runAfter } from "../run/errand";
import { told } from "../storage/told";
import * as checks from "./checks";
import { button, element, hideAnswers, status, tell } from "./parts";

interface Result {
  name: string;
  passed: boolean;
  said: string;
}

export function begin(host: HTMLElement, signal: AbortSignal): void {
  hideAnswers();
  const fieldset = host.querySelector("fieldset")!;
  const { question: id, cell: name } = fieldset.dataset as { question: string; cell: string };
  const source = document.querySelector(`.quiz-answer[data-answer="${CSS.escape(id)}"]`);
  const tests = source?.querySelector(".quiz-tests")?.textContent ?? "";
  host.querySelector(".quiz-actions")?.remove();
  const said = status();
  said.dataset.shown = "";
  const list = element("ul", "quiz-tests-run");
  const check = button("Run the tests", () => void run());
  const end = button("Stop", () => void stop());
  end.hidden = true;
  const actions = element("div", "quiz-actions");
  const waiting = new Waiting();
  const show = button("Show the cell", () => (document.getElementById(name) as LiveCell | null)?.show());
  show.hidden = true;
  actions.append(check, end, waiting.element, said, show);
  host.querySelector("form")!.append(actions, list);
  host.querySelector("form")!.addEventListener("submit", (event) => event.preventDefault(), { signal });
  signal.addEventListener("abort", () => end.hidden || void stop());

  async function run(): Promise<void> {
    const cell = document.getElementById(name) as LiveCell | null;
    if (!cell) return;
    list.replaceChildren();
    host.querySelector(".quiz-explanation")?.remove();
    delete fieldset.dataset.verdict;
    said.textContent = "";
    show.hidden = true;
    agreeToPython();
    waiting.tell({ step: "Running" });
    [check.hidden, end.hidden] = [true, false];
    end.focus();
    const results: Result[] = [];
    let printed = "";
    const received = (batch: Output[]): void => {
      for (const output of batch) if (output.output_type === "stream" && output.name === "stdout") printed += output.text;
      for (let at = printed.indexOf("\n"); at >= 0; at = printed.indexOf("\n")) {
        const result = parse(printed.slice(0, at));
        printed = printed.slice(at + 1);
        if (!result) continue; // what the reader's own code prints
        results.push(result);
        list.append(line(result));
      }
    };
    const outcome = await runAfter(
      cell,
      `quiz-${id}`,
      `__import__("engineroom.grading").grading.report(${JSON.stringify(tests)}, globals())`,
      received,
      waiting.tell,
    ).catch((): Followed => ({ how: "followed", status: "error" }));
    if (signal.aborted) return;
    waiting.end("");
    const ran = outcome.how === "followed" && outcome.status !== "error";
    show.hidden = ran || outcome.how === "stopped";
    check.hidden = false;
    if (document.activeElement === end) check.focus();
    end.hidden = true;
    said.textContent = reason(outcome);
    if (outcome.how === "followed" && outcome.status === "ok") answered(results);
  }

  function answered(results: Result[]): void {
    const passed = results.filter((result) => result.passed).length;
    const right = results.length > 0 && passed === results.length;
    fieldset.dataset.verdict = right ? "right" : "wrong";
    const explanation = right ? source?.querySelector(".quiz-explanation") : null;
    if (explanation) list.after(explanation.cloneNode(true));
    const { page, revision } = host.dataset as { page: string; revision: string };
    const notice = told(checks.answered(id, { answer: [`${passed}/${results.length}`], right, revision, at: Date.now() }));
    said.textContent = `${right ? "Right: all tests pass." : `${passed} of ${results.length} tests pass.`}${notice && ` ${notice}`}`;
    tell("quiz:answer", { page, question: id, answer: results, right, confidence: "" });
  }
}

const STOPPED = "Stopped. A loop in your code may never end.";

/** Why there is no verdict; "" where there is one. */
function reason(outcome: Followed): string {
  switch (outcome.how) {
    case "followed":
      return {
        ok: "",
        stopped: STOPPED,
        died: "Python ran out of memory or crashed. Change your code and run the tests again.",
        error: "The tests could not run: look at the cell.",
      }[outcome.status];
    case "stopped":
      return STOPPED;
    case "failed":
      return "The cell has to run without an error first.";
    case "blocked":
      return `The cell “${outcome.by.id}” ${outcome.why}${outcome.failed ? ". Your cell builds on it, so the tests did not run" : ""}.`;
    case "refused":
      return "The cell has to fetch something first: say yes there, then run the tests again.";
    case "framed":
      return "The tests did not run: another site shows this page inside its own. The cell says more.";
    case "no Python":
      return `${outcome.message} Then run the tests again.`;
  }
}

function parse(text: string): Result | undefined {
  try {
    const value = JSON.parse(text) as Partial<Result> | null;
    return typeof value?.name === "string" && typeof value.passed === "boolean" && typeof value.said === "string"
      ? (value as Result)
      : undefined;
  } catch {
    return undefined;
  }
}

function line({ name, passed, said }: Result): HTMLElement {
  const made = element("li", "", `${passed ? "✓" : "✗"} ${name}${said ? `: ${said}` : ""}`);
  made.dataset.mark = passed ? "right" : "wrong";
  return made;
}
