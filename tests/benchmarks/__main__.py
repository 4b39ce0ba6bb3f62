"""`make bench`: the benchmarks, one JSON line a figure on standard output, the rest on standard error."""

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

from tasks import automations, events
from tasks.gateways.clock import SystemClock
from tasks.gateways.memory import SilentBells
from tasks.gateways.recording import RecordingMail
from tasks.settings import Settings
from tasks.shell import Shell
from tests.benchmarks import billing, delays, empty, machine, mixes, replay, rules, simulation
from tests.benchmarks.shares import Shares
from tests.benchmarks.stage import Stage, stage
from worker.collecting import collect_seldom

ALL = ("mixes", "delays", "billing", "rules", "simulation", "backtest")
MIXED = 40_000
STORED = 100_000
"""Events of a backtest's past; the goal is 1,000,000."""
PROFILED = 5_000
"""Events or runs that are decided while they are watched."""


def main() -> None:
    """Run what was asked for; ratios are against the fastest empty tasks of the same run."""
    options = _options()
    with stage() as there:
        tell(machine.describe(there))
        if "mixes" in options.only:
            _mixes(there, options)
        if "delays" in options.only:
            _delays(there, options)
        if "billing" in options.only:
            for figure in billing.measure(there, options.clients, options.shops):
                tell(figure)
            tell(billing.beside_a_flood(there, options.flood))
        tell({"benchmark": "books", "breaches": there.breaches()})
        there.send_home()
        if options.profile:
            _profiles(there, options)
    if "rules" in options.only:
        tell(rules.measure(options.turns, options.orders))
    if "simulation" in options.only:
        tell(simulation.measure(options.bookings))
    if "backtest" in options.only:
        tell(replay.measure(options.events or STORED, alone=options.alone))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--events", type=int, help="of the mix stored, half of it acting; or of the backtest's past")
    parser.add_argument("--tasks", type=int, default=6_000, help="empty Celery tasks")
    parser.add_argument("--rounds", type=int, default=1, help="of the mixes; the fastest counts, as do empty tasks")
    parser.add_argument("--tenants", type=int, default=40)
    parser.add_argument("--waiting", type=int, default=100_000, help="runs that wait behind (goal: 1,000,000)")
    parser.add_argument("--seconds", type=int, default=15, help="how long 1,000 runs a second fall due")
    parser.add_argument("--herd", type=int, default=20_000, help="runs due at one instant (goal: 1,000,000)")
    parser.add_argument("--clients", type=int, default=20_000, help="that are billed (goal: 1,000,000)")
    parser.add_argument("--shops", type=int, default=200, help="whose clients they are")
    parser.add_argument("--flood", type=int, default=20_000, help="clients of the business beside a small one")
    parser.add_argument("--turns", type=int, default=11, help="of one automation and fifty; medians count")
    parser.add_argument("--orders", type=int, default=1_000, help="that each turn begins with")
    parser.add_argument("--bookings", type=int, default=10_000, help="in the simulated year")
    parser.add_argument("--alone", action="store_true", help="backtest without the ten live automations")
    parser.add_argument("--only", nargs="+", choices=ALL, default=ALL)
    parser.add_argument("--profile", action="store_true", help="show also where the time goes, in one process")
    return parser.parse_args()


def _mixes(there: Stage, options: argparse.Namespace) -> None:
    """Measure the mixes with empty tasks before and after each round; of several rounds the fastest ones count."""
    empties = [empty.measure(there, options.tasks)]
    rounds: dict[str, list[dict[str, Any]]] = {"stored": [], "acting": []}
    for number in range(options.rounds):
        for mix, figures in rounds.items():
            events = options.events or MIXED
            count = events if mix == "stored" else events // 2
            figures.append(mixes.measure(there, mix, f"{mix}-{number}", count, options.tenants))
        empties.append(empty.measure(there, options.tasks))
    baseline = fastest(empties)
    tell(baseline)
    for figures in rounds.values():
        tell(compared(fastest(figures), baseline))


def fastest(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figure with the highest rate, and beside it the rates of all."""
    best = max(figures, key=lambda figure: figure["per_second"])
    return best | {"all_rates": [figure["per_second"] for figure in figures]}


def compared(figure: dict[str, Any], baseline: dict[str, Any]) -> dict[str, Any]:
    """Return a figure with its ratios to empty tasks: by the clock, and by the processor time that one takes of us."""
    return figure | {
        "ratio_to_empty_tasks": round(figure["per_second"] / baseline["per_second"], 1),
        "ratio_of_cpu": round(baseline["cpu_us"] / figure["cpu_us"], 1),
    }


def _delays(there: Stage, options: argparse.Namespace) -> None:
    delays.open_waiting_shops(there)
    tell(delays.measure(there, options.waiting, options.seconds))
    if options.herd:
        tell(delays.herd(there, options.herd))


def _profiles(there: Stage, options: argparse.Namespace) -> None:
    collect_seldom()
    if "mixes" in options.only:
        for mix in ("stored", "acting"):
            mixes.publish(there, mixes.orders(f"{mix}-0", PROFILED, options.tenants, "watched"))
            watch(there, mix, events.drain)
    if "delays" in options.only:
        delays.insert_due(there, PROFILED)
        watch(there, "delays", automations.advance)


def watch(there: Stage, name: str, work: Callable[[Shell], object]) -> None:
    """Show where the time goes that a task spends on 5,000 items, in this process alone, set as a worker's child is."""
    shell = Shell(there.engine, SystemClock(), Settings(), SilentBells(), there.stream, RecordingMail())
    shares = Shares()
    shares.watch(lambda: work(shell))
    tell({"benchmark": "profile", "of": name, "microseconds_per_item": shares.per_item(PROFILED)})
    shares.show_functions()


def tell(figure: dict[str, Any]) -> None:
    """Print one figure."""
    print(json.dumps(figure), flush=True)  # noqa: T201  # what a benchmark is for


if __name__ == "__main__":
    main()
