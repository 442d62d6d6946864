/** What every page loads: the elements come to life wherever instant navigation puts them. */
import { LiveCell } from "./cell/live-cell";
import { walkTokens } from "./page/tokens";
import { ReaderProgress } from "./progress/reader-progress";
import { watchProgress } from "./progress/watch";
import { QuizForm } from "./quiz/quiz-form";
import { PageTools } from "./page/tools";

customElements.define("live-cell", LiveCell);
customElements.define("live-page-tools", PageTools);
customElements.define("quiz-form", QuizForm);
customElements.define("reader-progress", ReaderProgress);
walkTokens();
watchProgress();
