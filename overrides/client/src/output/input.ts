/** input() as a one-line form in the output. */
import { output } from "./element";

export function ask(prompt: string, password: boolean): { element: HTMLElement; answer: Promise<string> } {
  const element = output("input");
  const form = element.appendChild(document.createElement("form"));
  form.className = "live-input";
  const label = form.appendChild(document.createElement("label"));
  label.append(Object.assign(document.createElement("span"), { textContent: prompt.trim() || "Input" }));
  const input = label.appendChild(document.createElement("input"));
  input.type = password ? "password" : "text";
  input.autocomplete = "off";
  input.spellcheck = false;
  form.append(Object.assign(document.createElement("button"), { textContent: "Enter" }));
  const answer = new Promise<string>((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      resolve(input.value);
    });
  });
  return { element, answer };
}
