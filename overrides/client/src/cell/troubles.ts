/** What became of a cell's last wish, in words, and what its reader can do about it. */
import { agreeToFrame, framedBy } from "../page/frame";
import type { Run, Trouble } from "../run/run";
import { cellsOf, type Runnable } from "../run/runnable";
import type { Notices } from "./notice";

interface Cell extends Runnable {
  ask(how: "run"): unknown;
}

/** Follow `run`; gives a sentence for those who listen, when there is a new one. */
export function tellTroubles(cell: Cell, notices: Notices, run: Run, before: Run): string | undefined {
  if (run.stale !== before.stale) {
    if (run.stale)
      notices.show("stale", "A cell above has changed since this one ran.", [{ name: "Run it again", do: () => cell.ask("run") }]);
    else notices.hide("stale");
  }
  if (run.trouble === before.trouble) return undefined;
  const kind = run.trouble && KIND[run.trouble.is];
  notices.hide(...Object.values(KIND).filter((other) => other !== kind));
  return run.trouble && tell(cell, notices, run.trouble);
}

const KIND: Record<Trouble["is"], string> = {
  "no Python": "start",
  blocked: "blocked",
  restarted: "stopped",
  foreign: "foreign",
  framed: "framed",
};

function tell(cell: Cell, notices: Notices, trouble: Trouble): string | undefined {
  switch (trouble.is) {
    case "no Python":
      notices.show("start", trouble.message, [{ name: "Retry", do: () => cell.ask("run") }]);
      return trouble.message;
    case "foreign": {
      const message = `The code of “${cell.id}” came with a link, and has not run. Read it; only Run in this cell itself runs it.`;
      notices.show("foreign", message, [{ name: "Show it", do: () => cell.show() }]);
      return message;
    }
    case "framed": {
      const site = framedBy();
      const message = `Nothing has run: this page is shown inside another site${site ? `, ${site}` : ""}, which decides what you see around it. Open the page by itself, or run “${cell.id}” here if you trust that site.`;
      notices.show("framed", message, [
        { name: "Open it by itself", do: () => void open(location.href, "_blank", "noopener") },
        {
          name: "Run it here",
          do: () => {
            agreeToFrame();
            cell.ask("run");
          },
        },
      ]);
      return message;
    }
    case "restarted":
      notices.show(
        "stopped",
        "Python had to be restarted to stop this. Its names are gone; the cells above will run again with the next run.",
      );
      return undefined; // the cell has said that it was stopped
    case "blocked": {
      const message = `The cell “${trouble.by}” above ${trouble.why}${trouble.failed ? ", so this one did not run" : ""}.`;
      const above = (): Runnable | undefined => cellsOf(cell.key).find(({ id }) => id === trouble.by);
      const show = { name: "Show it", do: () => above()?.show() };
      const both = { name: "Run both", do: () => (above()?.forgetRun(), cell.ask("run")) };
      notices.show("blocked", message, trouble.failed ? [show, both] : [show]);
      return message;
    }
  }
}
