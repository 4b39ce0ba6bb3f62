"""Reading automation files: sound or not, and what is odd in them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.automation_file import Automation, load_automation
from models.errors import BadInputError
from models.flow import not_runnable
from models.linting.findings import Remark
from models.linting.lint import lint_text
from models.yamlfile import BadFileError, Problem
from worker.cli.files import read_file


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it was read: an automation with its text and what is odd in it, or its problems."""

    file: str
    text: str = ""
    automation: Automation | None = None
    remarks: tuple[Remark, ...] = ()
    problems: tuple[Problem, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return the verdict as JSON shows it."""
        problems = [
            {"line": one.line, "column": one.column, "message": one.message, "hint": one.hint} for one in self.problems
        ]
        found = self.automation
        about = {"automation": found.id, "trigger": found.trigger.on, "not_yet": not_runnable(found)} if found else {}
        warnings = [{key: value for key, value in asdict(one).items() if key != "file"} for one in self.remarks]
        return {"file": self.file, "valid": found is not None} | about | {"problems": problems, "warnings": warnings}

    def verdict(self) -> Iterator[str]:
        """Yield the verdict as lines for people."""
        if self.automation is None:
            yield from map(str, self.problems)
            return
        yield f"{self.file}: {self.automation.id} is valid."
        yield from (f"{self.file}: it can't be published yet. {reason}" for reason in not_runnable(self.automation))
        yield from map(str, self.remarks)


def check(file: Path) -> Checked:
    """Read a file, whatever is in it."""
    try:
        text = read_file(file)
        automation = load_automation(text, str(file))
    except BadFileError as error:
        return Checked(str(file), problems=error.problems)
    return Checked(str(file), text, automation, tuple(lint_text(text, str(file))))


def sound(files: Sequence[Path]) -> list[Checked]:
    """Read files that must all be sound and tell of different automations."""
    checked = [check(file) for file in files]
    if problems := [str(problem) for one in checked for problem in one.problems]:
        raise BadInputError("\n".join(problems))
    by_id: dict[str, str] = {}
    for one in checked:
        assert one.automation is not None
        if (other := by_id.setdefault(one.automation.id, one.file)) != one.file:
            raise BadInputError(f"{other} and {one.file} are both {one.automation.id}: leave one of them out.")
    return checked
