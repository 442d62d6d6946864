/** What is said of the mark below the pointer: text, within the figure's own box. */

const LONGEST = 1000; // characters
const AWAY = 10; // pixels from the pointer

type Handler = (handler: unknown, event: MouseEvent, item: unknown, value: unknown) => void;

/** A handler of hints for Vega, and the element that shows them. */
export function hints(figure: HTMLElement): Handler {
  const element = document.createElement("div");
  element.className = "live-pointed";
  element.hidden = true;
  return (_, event, __, value) => {
    const said = words(value);
    element.hidden = !said;
    if (!said) return;
    if (!element.isConnected) figure.append(element);
    element.textContent = said;
    const { left, top, width, height } = figure.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    element.style.left = `${place(x, element.offsetWidth, width)}px`;
    element.style.top = `${place(y, element.offsetHeight, height)}px`;
  };
}

/** After the pointer where there is room, else before it, else as far as the box goes. */
function place(pointer: number, size: number, room: number): number {
  if (pointer + AWAY + size <= room) return pointer + AWAY;
  return Math.max(0, Math.min(pointer - AWAY - size, room - size));
}

/** A value as text: of a record, a line for each name. */
function words(value: unknown): string {
  if (value === null || value === undefined) return "";
  const record = typeof value === "object" && !Array.isArray(value);
  const text = record ? Object.entries(value).map(([name, each]) => `${name}: ${plain(each)}`) : [plain(value)];
  return text.join("\n").slice(0, LONGEST);
}

function plain(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
