"""`make demo`: the salon's day on real servers, workers and mails; then its next sixty days in virtual time.

Exit code 0 only if everything that should happen did, and nothing else.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import msgspec
from rich.console import Console
from rich.table import Table

from deploy.demo import checks, day, future
from deploy.demo.checks import Check, Seen
from deploy.demo.live import Live
from deploy.failures import explain

console = Console()


def main() -> int:
    """Show both halves; return the exit code."""
    started = time.monotonic()
    console.rule("[bold]relance: the day of a salon, live")
    with Live(console) as live:
        verdicts = _today(live)
    console.rule("[bold]the next sixty days, in virtual time")
    verdicts += future.show(console)
    _tell(verdicts, time.monotonic() - started)
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _today(live: Live) -> list[Check]:
    now = day.now()
    live.remember(day.long_ago(now), now - timedelta(days=21))
    live.publish([msgspec.json.encode(event) for event in day.today(day.now())] + [day.BROKEN])
    seen = live.wait(partial(_all_there, day.FIRST))
    live.publish([msgspec.json.encode(event) for event in day.afterwards()])
    seen = live.wait(lambda seen: _all_there(day.THEN, seen) and seen.cancelled)
    seen = live.settle()
    _show(seen)
    return checks.of_today(seen)


def _all_there(expected: Sequence[day.Expected], seen: Seen) -> bool:
    return all(checks.count(seen, one) >= one.count for one in expected)


def _show(seen: Seen) -> None:
    """Print who got what."""
    table = Table(title="What went to whom", title_justify="left", header_style="dim", box=None, pad_edge=False)
    for column in ("to", "subject", "document", "total", "still to pay"):
        table.add_column(column, justify="right" if column in {"total", "still to pay"} else "left")
    for mail in sorted(seen.mails, key=lambda mail: (mail.to, mail.received_at)):
        table.add_row(mail.to, mail.subject, mail.document or "", mail.total, mail.due)
    console.print(table)
    sums = Counter(mail.to for mail in seen.mails)
    console.print(
        f"\n{len(seen.mails)} mails to {len(sums)} people; {seen.taken} events taken, {seen.dead} dead letter."
    )


def _tell(verdicts: Sequence[Check], seconds: float) -> None:
    console.rule("[bold]checked")
    for verdict in verdicts:
        mark = "[green]✓[/green]" if verdict.holds else "[red]✗[/red]"
        console.print(f" {mark} {verdict.sentence}" + ("" if verdict.holds else f" [red]({verdict.found})[/red]"))
    wrong = sum(not verdict.holds for verdict in verdicts)
    outcome = f"{wrong} of {len(verdicts)} are wrong" if wrong else f"all {len(verdicts)} hold"
    console.print(f"\n{outcome}, in {seconds:.0f} s. Try `make up` and write your own automation.")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if (failure := explain(error)) is None:
            raise
        sys.exit(f"relance: {failure}")
