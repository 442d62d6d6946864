/** Says that a page is on its way, when it takes longer than a moment. */

const MOMENT = 400; // milliseconds

const said = Object.assign(document.createElement("p"), { className: "page-wait", role: "status" });

export async function saying<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  document.body.append(said);
  const timer = setTimeout(() => (said.textContent = "Loading the page …"), MOMENT);
  const end = () => {
    clearTimeout(timer);
    said.textContent = "";
  };
  signal.addEventListener("abort", end);
  return work.finally(() => {
    if (!signal.aborted) end();
  });
}
