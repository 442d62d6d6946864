"""The project's commands: python -m engineroom_site build | serve | check | format | wheel | fetch | bench."""

import argparse
import os
import subprocess
import sys


def main() -> int:
    """Run one command; 0 when it worked."""
    parser = argparse.ArgumentParser(prog="engineroom_site", description="Build, serve and measure Engine Room.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build site/ unless it is up to date")
    served = commands.add_parser("serve", help="build, serve, and rebuild on changes")
    served.add_argument("--port", type=int, help="the first port to try (8000)")
    checked = commands.add_parser("check", help="hold the sources to their formatters, linters, types and fast tests")
    checked.add_argument("only", nargs="*", help="names of checks; all without")
    commands.add_parser("format", help="write the sources as the formatters have it")
    commands.add_parser("wheel", help="build the questions' wheel, for other sites")
    commands.add_parser("fetch", help="download every asset")
    bench = commands.add_parser("bench", help="run the benchmarks")
    bench.add_argument("only", nargs="*", help="names of benchmarks; all without")
    given = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run = {"build": build, "serve": serve, "check": check, "format": format_, "wheel": wheel, "fetch": fetch, "bench": run_benchmarks}
    return run[given.command](given)


def build(_: argparse.Namespace) -> int:
    from engineroom_site import build

    try:
        build.ensure()
    except build.BuildError as error:
        return fail(error)
    print(f"The book is in {build.SITE.name}/.")
    return 0


def serve(given: argparse.Namespace) -> int:
    from engineroom_site import build, serve

    try:
        serve.serve(given.port)
    except (build.BuildError, OSError) as error:
        return fail(error)
    return 0


def check(given: argparse.Namespace) -> int:
    from engineroom_site import check
    from engineroom_site.client import ClientError
    from engineroom_site.toolchain.node import NodeError

    try:
        return 0 if check.everything(given.only) else 1
    except (ClientError, NodeError, ValueError) as error:
        return fail(error)


def format_(_: argparse.Namespace) -> int:
    from engineroom_site import check
    from engineroom_site.client import ClientError
    from engineroom_site.toolchain.node import NodeError

    try:
        check.mend()
    except (ClientError, NodeError) as error:
        return fail(error)
    return 0


def wheel(_: argparse.Namespace) -> int:
    from engineroom_site import wheels
    from engineroom_site.client import ClientError
    from engineroom_site.toolchain.node import NodeError

    try:
        made = wheels.quiz()
    except (wheels.WheelError, ClientError, NodeError) as error:
        return fail(error)
    print(f"The questions' wheel is .build/quiz/current/{made.name}")
    return 0


def fetch(_: argparse.Namespace) -> int:
    from engineroom_site.assets import AssetError
    from engineroom_site.assets import fetch as fetcher

    try:
        for path in fetcher.everything():
            print(path)
    except AssetError as error:
        return fail(error)
    return 0


def run_benchmarks(given: argparse.Namespace) -> int:
    from engineroom_site.paths import ROOT

    found = {path.stem: path for path in sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py"))}
    wanted = [f"bench_{name}" for name in given.only] or list(found)
    if unknown := set(wanted) - set(found):
        return fail(f"No benchmark called {', '.join(sorted(unknown))}; there are {', '.join(found)}.")
    for name in wanted:
        print(f"\n== {name.removeprefix('bench_')}", flush=True)
        if subprocess.run([sys.executable, str(found[name])], cwd=ROOT).returncode:
            return fail(f"The benchmark {name.removeprefix('bench_')} failed.")
    return 0


def fail(reason: object) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
