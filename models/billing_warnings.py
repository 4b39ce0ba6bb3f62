"""What settings of billing may say and the law does not like, for business and public payers (R9, R24)."""

from collections.abc import Iterable, Iterator

from models.billing import BillingPlan, Mode, Settings, groups_of, plan_from, settings_of
from models.business import Business
from models.consolidating import MONTHLY
from models.contact import PayerKind
from models.law.pack import longest_terms
from models.mentions import LATEST
from models.schedules import LAST_DAY, Monthly, Weekly

WEEKS_OF_A_MONTH = 4
"""More weeks than that never fit in one calendar month."""


def billing_warnings(
    business: Business, clients: Iterable[tuple[str, Settings]] = (), *, professionals: bool = True
) -> Iterator[str]:
    """Yield what the law does not like in the billing of a business, of its groups, and of clients by their names.

    What the business as a whole is told, its groups and clients are not told again. Without `professionals` among the
    clients only what nobody should be given is said.
    """
    own = settings_of(business)
    sources: list[tuple[str, list[Settings]]] = [("billing", [own])]
    sources += [(f"billing of group {tag}", [settings, own]) for tag, settings in groups_of(own)]
    sources += [(f"billing of {name}", [settings, own]) for name, settings in clients]
    said: set[str] = set()
    for whose, settings in sources:
        found = list(_complaints(business.country, plan_from(business, settings), professionals=professionals))
        yield from (f"{whose}: {complaint}." for complaint in found if complaint not in said)
        said.update(found if whose == "billing" else ())


def _complaints(country: str, plan: BillingPlan, *, professionals: bool) -> Iterator[str]:
    if plan.enabled and plan.mode is not Mode.PAYMENT_LINK:
        yield from _of_terms(country, plan.terms_days)
    if plan.enabled and professionals and country in MONTHLY:
        yield from _of_dates(plan)


def _of_terms(country: str, days: int) -> Iterator[str]:
    """An invoice of a cycle is a periodic one."""
    limits = {
        PayerKind.BUSINESS: longest_terms(country, PayerKind.BUSINESS, LATEST, periodic=True),
        PayerKind.PUBLIC: longest_terms(country, PayerKind.PUBLIC, LATEST),
    }
    over = [f"{most} for a {kind} payer" for kind, most in limits.items() if most is not None and days > most]
    if over:
        yield f"{days} days to pay are more than {country} allows on a periodic invoice: {' and '.join(over)}"


def _of_dates(plan: BillingPlan) -> Iterator[str]:
    match plan.cycle.anchor:
        case _ if plan.mode is Mode.PAYMENT_LINK:
            yield "a business payer is owed an invoice of each service, and by a link gets one only when it is paid"
        case Monthly(days) if LAST_DAY not in days:
            yield (
                "a business payer is to be billed within the month of service, which is over on these dates"
                " (anchor: last bills it in time)"
            )
        case Weekly(every=every) if every > WEEKS_OF_A_MONTH:
            yield f"{every} weeks are more than the calendar month that a business payer's invoice may group"
        case _:
            pass
