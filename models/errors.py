"""Errors a person may meet: each message is whole sentences that say what is wrong, where, and how to mend it.

A task ends in one of three ways besides success: the work is tried again (`RetryAt`), it is given up with a reason
(`GiveUp`), or it is a bug (anything else).
"""

from datetime import datetime


class RelanceError(Exception):
    """Base of every error that is shown as a message instead of a traceback."""


class BadInputError(RelanceError):
    """What somebody gave can't be understood or is refused; nothing was changed."""


class NotFoundError(BadInputError):
    """A named thing does not exist; the message lists the nearest names."""


class ConfigurationError(RelanceError):
    """The surroundings (settings, servers, folders, rights) don't allow the work."""


class ConflictError(RelanceError):
    """Somebody else changed the same thing meanwhile: the whole unit of work is tried again."""


class StuckError(RelanceError):
    """Something that is due can't be decided."""


class TooLargeError(RelanceError):
    """A value is larger than the database can hold or look up."""


class BrokenBooksError(RelanceError):
    """An invariant of the books does not hold; work on the tenant stops until a person has looked."""


class GiveUpError(RelanceError):
    """The work can never succeed; its row keeps the reason."""


class RetryAtError(RelanceError):
    """The work may succeed later."""

    def __init__(self, reason: str, at: datetime) -> None:
        super().__init__(f"{reason} It is tried again at {at.isoformat()}.")
        self.reason = reason
        self.at = at


def told(error: BaseException) -> str:
    """Return one line about an error for people to read: a message of ours says all, another one needs its name."""
    said = str(error) if isinstance(error, RelanceError) else f"{type(error).__name__}: {error}"
    return " ".join(said.split())[:500]
