/** Things to put in order: each has two buttons, which the keyboard reaches like any other. */

/** `moved` hears of every move, with what to say aloud. */
export function sortable(list: HTMLElement, moved: (said: string) => void): void {
  for (const item of list.children as HTMLCollectionOf<HTMLElement>) {
    const name = item.querySelector("span")!.textContent!.trim();
    const buttons = document.createElement("span");
    buttons.className = "quiz-moves";
    for (const [sign, way, step] of [
      ["↑", "up", -1],
      ["↓", "down", 1],
    ] as const) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", `Move ${way}: ${name}`);
      button.addEventListener("click", () => {
        const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
        if (!other) return;
        if (step < 0) other.before(item);
        else other.after(item);
        button.focus();
        moved(`${name} is now number ${[...list.children].indexOf(item) + 1} of ${list.children.length}.`);
      });
      buttons.append(button);
    }
    item.append(buttons);
  }
}
