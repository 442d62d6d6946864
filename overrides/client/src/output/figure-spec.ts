/** What a Vega-Lite specification may say: to draw its own numbers, in its own place. The build asks the same, in cells/figure_spec.py. */
import allowed from "../../../../pysrc/engineroom_site/cells/allowed_figure.json";

interface Rules {
  names: string[];
  free: string[];
}

const INSIDE = new Map<string, Rules>(Object.entries(allowed.inside));
const STRINGS = new Map(Object.entries(allowed.strings).map(([name, pattern]) => [name, new RegExp(`^(?:${pattern})$`)]));

/** What `spec` says that no figure may, as the path to it: a name that is not allowed, or the name of a value that is not. */
export function refused(spec: unknown, rules: Rules = allowed, path = ""): string | undefined {
  if (typeof spec !== "object" || spec === null) return undefined;
  for (const [name, value] of Object.entries(spec)) {
    const found = Array.isArray(spec) ? refused(value, rules, path) : member(name, value, rules, path ? `${path}.${name}` : name);
    if (found) return found;
  }
  return undefined;
}

function member(name: string, value: unknown, rules: Rules, path: string): string | undefined {
  if (rules.free.includes(name)) return undefined;
  if (!rules.names.includes(name)) return path;
  if (name === "name" && rules === INSIDE.get("params") && !(typeof value === "string" && !allowed.signals.includes(value))) return path;
  const pattern = STRINGS.get(name);
  if (pattern && typeof value === "string") return pattern.test(value) ? undefined : path;
  if (pattern && typeof value === "object" && value !== null && !allowed.objects.includes(name)) return path;
  return refused(value, INSIDE.get(name) ?? allowed, path);
}
