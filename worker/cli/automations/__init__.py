"""`relance automations`: look at automations, check and save their files, publish, pause and resume them.

A module holds the commands of one idea; this one says how they are called.
"""

from collections.abc import Callable

import typer

from worker.cli.automations import (
    differences,
    exporting,
    files,
    life,
    linting,
    looking,
    recipes,
    starting,
    triggers,
)

app = typer.Typer(
    no_args_is_help=True, help="Look at automations, check their files, and lead them through their life."
)

COMMANDS: dict[str, Callable[..., None]] = {
    "list": looking.list_,
    "show": looking.show,
    "history": looking.history,
    "diff": differences.diff,
    "triggers": triggers.triggers,
    "validate": files.validate,
    "lint": linting.lint,
    "apply": files.apply,
    "export": exporting.export,
    "publish": life.publish,
    "approve": life.approve,
    "refuse": life.refuse,
    "pause": life.pause,
    "resume": life.resume,
    "archive": life.archive,
    "duplicate": life.duplicate,
    "rename": life.rename,
    "start": starting.start,
    "backfill": starting.backfill,
}

app.add_typer(recipes.app, name="recipes")

for name, command in COMMANDS.items():
    app.command(name)(command)
