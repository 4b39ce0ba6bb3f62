"""`make bench`: the benchmarks, one JSON line a figure on standard output, the rest on standard error."""

import argparse
import cProfile
import json
import pstats
import sys
from typing import Any

from tasks import events
from tasks.gateways.clock import SystemClock
from tasks.gateways.memory import SilentBells
from tasks.gateways.recording import RecordingMail
from tasks.settings import Settings
from tasks.shell import Shell
from tests.benchmarks import delays, empty, mixes, simulation
from tests.benchmarks.stage import Stage, stage


def main() -> None:
    """Run what was asked for; ratios are against the empty tasks of the same run."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--tasks", type=int, default=6_000)
    parser.add_argument("--tenants", type=int, default=40)
    parser.add_argument("--waiting", type=int, default=100_000, help="runs that wait behind (goal: 1,000,000)")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--herd", type=int, default=20_000)
    parser.add_argument("--bookings", type=int, default=10_000, help="in the simulated year")
    parser.add_argument("--only", choices=("mixes", "delays", "simulation"), default=None)
    parser.add_argument("--profile", action="store_true", help="decide a batch of each mix under the profiler")
    options = parser.parse_args()
    if options.only in {None, "mixes"}:
        _mixes(options)
    if options.only in {None, "simulation"}:
        tell(simulation.measure(options.bookings))
    if options.only in {None, "delays"}:
        with stage("track_commit_timestamp = on") as there:
            tell(delays.measure(there, options.waiting, options.seconds))
            tell(delays.herd(there, options.herd))


def _mixes(options: argparse.Namespace) -> None:
    with stage() as there:
        baseline = empty.measure(there, options.tasks)
        tell(baseline)
        for mix in ("stored", "acting"):
            count = options.events if mix == "stored" else options.events // 2
            figure = mixes.measure(there, mix, count, options.tenants)
            ratio = figure["events_per_second"] / baseline["tasks_per_second"]
            tell(figure | {"ratio_to_empty_tasks": round(ratio, 1)})
            if options.profile:
                profile(there, mix, options.tenants)


def profile(there: Stage, mix: str, tenants: int) -> None:
    """Decide 5,000 events of a mix in this process and show where the time goes."""
    mixes.open_shops(there, f"{mix}", tenants)
    there.stream.append(
        [raw.replace(b'"e', b'"again-e').replace(b'"o', b'"again-o') for raw in mixes.orders(mix, 5_000, tenants)]
    )
    shell = Shell(there.engine, SystemClock(), Settings(), SilentBells(), there.stream, RecordingMail())
    profiler = cProfile.Profile()
    profiler.runcall(events.drain, shell)
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(40)


def tell(figure: dict[str, Any]) -> None:
    """Print one figure."""
    print(json.dumps(figure), flush=True)  # noqa: T201  # what a benchmark is for


if __name__ == "__main__":
    main()
