import assert from "node:assert/strict";
import { test } from "vitest";
import { covers, type Facts, joined, plan, stale } from "../src/run/plan";
import { random } from "./random";

const fresh = (id: string): Facts => ({ id, names: "none", asShown: false, unconfirmed: false, changed: false });
const ran = (id: string): Facts => ({ ...fresh(id), names: "here", asShown: true });
const [a, b, c, d] = ["a", "b", "c", "d"].map(fresh) as [Facts, Facts, Facts, Facts];
const [A, B, C] = ["a", "b", "c"].map(ran) as [Facts, Facts, Facts];

test("a cell runs after those above that have not run as they stand", () => {
  assert.deepEqual(plan([a, b, c, d], "c", "run"), { above: ["a", "b"], itself: true, of: 3, repeats: false });
  assert.deepEqual(plan([A, b, c], "c", "run").above, ["b"]);
  assert.deepEqual(plan([A, { ...B, asShown: false }, c], "c", "run").above, ["b"]);
  assert.deepEqual(plan([A, B, C], "c", "run"), { above: [], itself: true, of: 1, repeats: false });
});

test("all above run, whether they have or not", () => {
  assert.deepEqual(plan([A, { ...B, failure: "raised an error" }, c], "c", "all"), {
    above: ["a", "b"],
    itself: true,
    of: 3,
    repeats: false,
  });
});

test("a cell that only has to have run does not run again", () => {
  assert.ok(!plan([A, B], "b", "have").itself);
  for (const other of [{ ...B, asShown: false }, { ...B, failure: "raised an error" }, { ...B, names: "gone" as const }, b])
    assert.ok(plan([A, other], "b", "have").itself);
  assert.ok(plan([a, B], "b", "have").itself, "what is above it has changed");
});

test("what has failed blocks those below, and what comes before it runs", () => {
  const failed = { ...B, failure: "raised an error" };
  assert.deepEqual(plan([a, failed, c, d], "d", "run"), {
    above: ["a"],
    itself: false,
    of: 4,
    blocked: { by: "b", why: "raised an error" },
    repeats: false,
  });
  const lost = plan([{ ...failed, names: "gone" }, c], "c", "run");
  assert.deepEqual([lost.above, lost.blocked, lost.repeats], [["b"], undefined, true], "in a session that is gone it may well succeed");
  const died = { ...failed, names: "none" as const, failure: "made Python stop working" };
  assert.equal(plan([died, c], "c", "run").blocked?.by, "b", "it would do so again");
});

test("a link's code runs for nobody else, not even with all", () => {
  for (const how of ["run", "all", "have"] as const)
    assert.match(plan([{ ...a, unconfirmed: true }, b], "b", how).blocked!.why, /from a link/);
});

test("what ran with names that a cell has now changed is stale", () => {
  assert.deepEqual(stale([A, { ...B, changed: true }, C, d], "b"), ["c"]);
  assert.deepEqual(stale([A, B, C], "b"), [], "it ran again as it was");
  assert.deepEqual(stale([{ ...A, changed: true, names: "none" }, B], "a"), []);
});

test("a press agrees to what its own cell fetches, one for all to what any does, a moved control to nothing", () => {
  const agrees = ([how, pressed]: ["run" | "all" | "have", boolean]) => [covers({ how, pressed }, true), covers({ how, pressed }, false)];
  assert.deepEqual(agrees(["run", true]), [true, false]);
  assert.deepEqual(agrees(["all", true]), [true, true]);
  assert.deepEqual(agrees(["run", false]), [false, false]);
  assert.deepEqual(joined({ how: "all", pressed: false, code: "1" }, { how: "run", pressed: true, code: "2" }), {
    how: "all",
    pressed: true,
    code: "2",
  });
});

test("of any page: only cells above, in their order, none twice, none that stands, nothing past what blocks", () => {
  const { pick, flag } = random(7);
  for (let round = 0; round < 2_000; round++) {
    const cells = Array.from(
      { length: 1 + pick([0, 1, 2, 3, 4, 5]) },
      (_, at): Facts => ({
        id: `${at}`,
        names: pick(["here", "gone", "none"]),
        asShown: flag(),
        failure: flag(0.2) ? "raised an error" : undefined,
        unconfirmed: flag(0.1),
        changed: flag(),
      }),
    );
    const at = cells.indexOf(pick(cells));
    const how = pick(["run", "all", "have"] as const);
    const { above, itself, blocked, of } = plan(cells, `${at}`, how);
    const places = above.map(Number);
    assert.deepEqual(
      places,
      [...new Set(places)].sort((one, two) => one - two),
    );
    assert.ok(places.every((place) => place < (blocked ? Number(blocked.by) : at)));
    assert.ok(!(blocked && itself) && above.length < of);
    for (const cell of cells.slice(0, blocked ? Number(blocked.by) : at)) {
      const needed = how === "all" || cell.failure !== undefined || cell.names !== "here" || !cell.asShown;
      assert.equal(above.includes(cell.id), needed);
      assert.ok(!(needed && cell.unconfirmed), "unread code would run");
    }
    if (how !== "have" && !blocked) assert.ok(itself);
  }
});
