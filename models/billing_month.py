"""The calendar month of a service, by whose end a professional's periodic invoice is to be made (R9, R24).

The French law (art. 289 I-3 CGI) says by its end; the tax office bears with the few days that keeping books takes
(BOI-TVA-DECLA-30-20-10-40, 10). How many these are is a row of the country's pack (docs/decisions/0014).
"""

import calendar
from datetime import date

from models.contact import PayerKind
from models.law.pack import days_after_month
from models.mentions import LATEST
from models.schedules import LAST_DAY, Anchor, Monthly, Weekly


def latest_days(anchor: Anchor) -> int:
    """Return how many days after its month a service may be billed at the most, by a cycle that misses none."""
    match anchor:
        case Monthly(days):
            return 0 if LAST_DAY in days else min(days)
        case Weekly(every=every):
            return 7 * every - 1
        case _:
            return 0


def cycle_complaint(country: str, anchor: Anchor) -> str | None:
    """Return what is wrong with the dates of a cycle for professional clients of a country's sellers, if anything."""
    borne, late = days_after_month(country, PayerKind.BUSINESS, LATEST), latest_days(anchor)
    if borne is None or late <= borne:
        return None
    return (
        f"a business payer is to be billed by the end of the month of service, {borne} days later at most; these dates"
        f" are up to {late} days later (anchor: 1 and anchor: last are in time)"
    )


def month_complaint(country: str, payer: str, service: date | None, on: date) -> str | None:
    """Return what is to be said of a document of a day about a service whose month is over; None where nothing is."""
    borne = days_after_month(country, payer, on)
    if borne is None or service is None or (service.year, service.month) >= (on.year, on.month):
        return None
    end = date(service.year, service.month, calendar.monthrange(service.year, service.month)[1])
    late = (on - end).days
    words = f"Its month of service was over on {end}: {country} wants a {payer} payer billed by then"
    return f"{words}, and it is {late} days later." if late > borne else f"{words}, or in the {borne} days after it."
