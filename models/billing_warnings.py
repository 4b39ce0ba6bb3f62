"""What settings of billing may say and the law does not like, for business and public payers (R9, R24)."""

from collections.abc import Iterable, Iterator, Sequence

from models.billing import BillingPlan, Mode, Settings, groups_of, plan_from, settings_of
from models.billing_month import cycle_complaint
from models.business import Business
from models.consolidating import MONTHLY
from models.contact import PayerKind
from models.law.pack import longest_terms
from models.mentions import LATEST


def billing_warnings(
    business: Business, clients: Iterable[tuple[str, Sequence[Settings]]] = (), *, professionals: bool = True
) -> Iterator[str]:
    """Yield what the law does not like in the billing of a business, of its groups, and of clients by their names.

    Of a client its own settings and its groups' are given, the nearest first; consumers may be billed so, and are left
    out. What the business as a whole is told, its groups are not told again, nor a client what its groups are told.
    Without `professionals` among the clients only what no professional should be given is said.
    """
    own = settings_of(business)
    sources: list[tuple[str, Sequence[Settings]]] = [("billing", [own])]
    sources += [(f"billing of group {tag}", [settings, own]) for tag, settings in groups_of(own)]
    sources += [(f"billing of {name}", [*settings, own]) for name, settings in clients]
    for whose, settings in sources:
        found, told = (_complaints(business, some, professionals) for some in (settings, settings[1:]))
        yield from (f"{whose}: {complaint}." for complaint in found if complaint not in told)


def _complaints(business: Business, settings: Sequence[Settings], professionals: bool) -> list[str]:
    """Return what is wrong with what settings come to, the nearest first."""
    plan = plan_from(business, settings)
    return [*_of_plan(business.country, plan, professionals=professionals)] if settings and plan.enabled else []


def _of_plan(country: str, plan: BillingPlan, *, professionals: bool) -> Iterator[str]:
    if plan.mode is Mode.PAYMENT_LINK:
        if professionals and country in MONTHLY:
            yield "a business payer is owed an invoice of each service, and by a link gets one only when it is paid"
        return
    yield from _of_terms(country, plan.terms_days)
    complaint = cycle_complaint(country, plan.cycle.anchor) if professionals else None
    if complaint:
        yield complaint


def _of_terms(country: str, days: int) -> Iterator[str]:
    """An invoice of a cycle is a periodic one."""
    limits = {
        PayerKind.BUSINESS: longest_terms(country, PayerKind.BUSINESS, LATEST, periodic=True),
        PayerKind.PUBLIC: longest_terms(country, PayerKind.PUBLIC, LATEST),
    }
    over = [f"{most} for a {kind} payer" for kind, most in limits.items() if most is not None and days > most]
    if over:
        yield f"{days} days to pay are more than {country} allows on a periodic invoice: {' and '.join(over)}"
