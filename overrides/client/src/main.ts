/** What every page loads: the elements come to life wherever a link puts them. */
import { LiveCell } from "./cell/live-cell";
import { navigation } from "./navigation/navigate";
import { followReading } from "./navigation/reading";
import { dressText } from "./navigation/text";
import { lazy } from "./page/lazy";
import { openOnPaper } from "./page/paper";
import { walkTokens } from "./page/tokens";
import { PageTools } from "./page/tools";
import { PageEnd, watchProgress } from "./progress/watch";

customElements.define("live-cell", LiveCell);
customElements.define("live-page-tools", PageTools);
customElements.define("page-end", PageEnd);
customElements.define(
  "quiz-form",
  lazy(({ dataset: { kind } }) =>
    kind === "assessment" ? import("./quiz/assessment") : kind === "code" ? import("./quiz/code") : import("./quiz/check"),
  ),
);
customElements.define(
  "quiz-review",
  lazy(() => import("./quiz/review")),
);
customElements.define(
  "reader-map",
  lazy(() => import("./progress/map")),
);
customElements.define(
  "reader-progress",
  lazy(() => import("./progress/page")),
);
walkTokens();
watchProgress();
openOnPaper();
navigation((signal) => {
  dressText(signal);
  followReading(signal);
});
