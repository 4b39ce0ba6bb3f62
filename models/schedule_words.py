"""Schedules as people say them, in French and English."""

from collections.abc import Mapping

from models.explanations import say
from models.languages import Language, Words, words
from models.occurrence import Schedule
from models.schedules import LAST_DAY, Monthly, Weekly, Yearly

DAYS = (
    words("lun.", "Mon"), words("mar.", "Tue"), words("mer.", "Wed"), words("jeu.", "Thu"), words("ven.", "Fri"),
    words("sam.", "Sat"), words("dim.", "Sun"),
)  # fmt: skip

PHRASES: Mapping[str, Words] = {
    "day": words("chaque jour à {time}", "every day at {time}"),
    "week": words("chaque semaine, {on}, à {time}", "every week, {on}, at {time}"),
    "month": words("chaque mois, {on}, à {time}", "every month, {on}, at {time}"),
    "year": words("chaque année, {on}, à {time}", "every year, {on}, at {time}"),
    "the": words("le {day}", "on {day}"),
    "last": words("le dernier jour", "on the last day"),
}


def schedule_in_words(schedule: Schedule, language: Language) -> str:
    """Return when a schedule starts its automation."""
    match schedule.anchor:
        case Weekly(weekday=weekday):
            on = DAYS[weekday][language]
        case Monthly(days=days):
            on = ", ".join(_day(day, language) for day in days)
        case Yearly(month, day):
            on = say(PHRASES, "the", language, day=f"{month:02}-{day:02}")
        case _:
            on = ""
    return say(PHRASES, schedule.every, language, on=on, time=f"{schedule.at:%H:%M}")


def _day(day: int, language: Language) -> str:
    return say(PHRASES, "last", language) if day == LAST_DAY else say(PHRASES, "the", language, day=day)
