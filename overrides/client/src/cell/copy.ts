/** Puts text on the clipboard; false where the browser forbids it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A text to be copied by hand. */
export function field(text: string, label: string): HTMLElement {
  const input = document.createElement("input");
  input.className = "live-copy-field";
  input.readOnly = true;
  input.value = text;
  input.setAttribute("aria-label", label);
  input.addEventListener("focus", () => input.select());
  return input;
}
