/** What every page loads: the elements come to life wherever instant navigation puts them. */
import { LiveCell } from "./cell/live-cell";
import { walkTokens } from "./page/tokens";
import { PageTools } from "./page/tools";

customElements.define("live-cell", LiveCell);
customElements.define("live-page-tools", PageTools);
walkTokens();
