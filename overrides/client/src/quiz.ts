/** What another site loads on its pages with questions. It has no live cells, and so no questions answered in one. */
import { lazy } from "./page/lazy";

customElements.define(
  "quiz-form",
  lazy(({ dataset: { kind } }) => (kind === "assessment" ? import("./quiz/assessment") : import("./quiz/check"))),
);
