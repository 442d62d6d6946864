"""Functions of the client, asked from here: one process answers as many questions as there are."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from engineroom_site import client
from engineroom_site.toolchain import node

# A module of the client is bundled; each line that comes is [function, arguments], each that goes its result.
_ANSWER = """
import { build } from "esbuild";
import { createInterface } from "node:readline";
const made = await build({ entryPoints: [process.argv[1]], bundle: true, write: false, platform: "node", format: "esm", logLevel: "error" });
const module = await import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].text).toString("base64")}`);
const special = (_, value) => (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)) ? { number: Object.is(value, -0) ? "-0" : String(value) } : value);
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const [name, args] = JSON.parse(line);
  let said;
  try {
    const result = module[name](...args);
    said = { result: result === undefined ? null : result };
  } catch (error) {
    said = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(said, special).replace(/[\\u2028\\u2029]/g, (c) => `\\\\u${c.charCodeAt(0).toString(16)}`) + "\\n");
}
"""


class Module:
    """A module of the client by its path in src, its functions to be called with what JSON can say."""

    def __init__(self, path: str):
        client.install()
        self._process = subprocess.Popen(
            [*node.node(), "--input-type=module", "-e", _ANSWER, f"src/{path}"], cwd=client.CLIENT, env=node.environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def __call__(self, function: str, *arguments: Any) -> Any:
        self._process.stdin.write(json.dumps([function, arguments]) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline(), object_hook=_number)
        assert "error" not in said, said["error"]
        return said["result"]

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def _number(value: dict[str, Any]) -> Any:
    return float(value["number"].replace("Infinity", "inf")) if value.keys() == {"number"} else value
