/** What stays of an output's attributes. The build keeps the same, in cells/sanitise.py. */
import allowed from "../../../../pysrc/engineroom_site/cells/allowed_html.json";
import { local } from "./values";

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const VALUES = new Map(Object.entries(allowed.values).map(([name, pattern]) => [name, whole(pattern)]));
const [NAME, LINK, IMAGE] = [whole(allowed.name), whole(allowed.link), whole(allowed.image)];

/** The attribute's value as it may stand in the page, its names beginning with `mark`; or undefined. */
export function attribute(tag: string, name: string, value: string, mark: string): string | undefined {
  if (allowed.wording.includes(name)) return value;
  if (VALUES.has(name)) return VALUES.get(name)!.test(value) ? value : undefined;
  if (name === "src") return tag === "img" && IMAGE.test(value) ? value : undefined;
  if (name === "href") {
    if (value.startsWith("#")) return NAME.test(value.slice(1)) ? `#${mark}${value.slice(1)}` : undefined;
    return tag === "a" && LINK.test(value) ? value : undefined;
  }
  if (allowed.own_names.includes(name)) {
    const names = value.split(/\s+/).filter(Boolean);
    return names.length && names.every((each) => NAME.test(each)) ? names.map((each) => mark + each).join(" ") : undefined;
  }
  return local(value, mark);
}
