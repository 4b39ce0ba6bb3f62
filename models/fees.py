"""Charges that automations add: late-cancellation and no-show fees, and anything else that a step prices (R28)."""

from models.automation import Run
from models.booking import Booking
from models.charge import Charge, FeeKind
from models.errors import BadInputError
from models.flow import Act
from models.identifiers import key, stamp
from models.letters import values_of
from models.payer import known_contact, language_of
from models.pricing import new_charge, owed, service_of, tax_rate_of
from models.refusals import show
from models.scope import Scope
from models.shop import Shop, tell_owner
from models.steps import AddCharge, Fee
from models.tax import OUTSIDE_VAT
from models.taxing import bear
from models.wording import render_subject

AFTER = 1_000
"""The first position of what is added: it stands below what was booked that day."""
SOURCE = "/automation"
"""Where what automations add comes from, as the source of an event."""


def add_charge(shop: Shop, run: Run, op: Act, scope: Scope) -> str | None:
    """Add the charge of a step, once for each run; return why there is none, or None where it is there.

    It is due on the day it is made, and leaves the booking's own charge as it is. A fee needs the accepted policy of
    its booking; without one the owner is asked.
    """
    settings, seat = op.settings, scope.booking
    assert isinstance(settings, AddCharge)
    id_ = key("chg", run.started_at, shop.id, run.id, op.label)
    if id_ in shop.charges:
        return None
    if settings.fee is not None and (seat is None or seat.policy is None):
        _ask_owner(shop, run, settings, seat)
        return "no_policy"
    client = _owing(shop, run, seat)
    if client is None:
        return "nothing_due"
    description = _describe(shop, run, settings, scope, client)
    if description is None:
        return "missing_value"
    charge = new_charge(shop, id_, "fee" if settings.fee else "other", shop.today)
    charge.contact_id, charge.participant_id, charge.description = client, run.contact_id, description
    charge.position = AFTER + len(run.merged)
    _price(shop, charge, settings, seat)
    shop.charges.add(charge)
    run.merged = [*run.merged, charge.id]
    return None


def _owing(shop: Shop, run: Run, seat: Booking | None) -> str | None:
    """Return who owes a fee: who placed the order of its booking, else whom the run is for."""
    order = shop.orders.get(seat.order_id if seat else run.subjects.get("order"))
    return (order.contact_id if order else None) or run.contact_id


def _price(shop: Shop, charge: Charge, settings: AddCharge, seat: Booking | None) -> None:
    """Tax a price as the service of its booking; an indemnity stands outside VAT (R9)."""
    charge.unit_price = charge.amount = settings.price.amount
    charge.currency = settings.price.currency
    charge.stamp = stamp(shop.now, SOURCE, charge.id)
    charge.service_from = charge.service_to = shop.today
    charge.fee_kind = FeeKind(settings.fee) if settings.fee else None
    charge.policy = seat.policy if seat and settings.fee else None
    if settings.fee is Fee.INDEMNITY:
        charge.tax_category = OUTSIDE_VAT
    else:
        service = service_of(shop, seat) if seat else None
        bear(shop, charge, tax_rate_of(shop, service))
    charge.owed = owed(charge)


def _describe(shop: Shop, run: Run, settings: AddCharge, scope: Scope, client: str) -> str | None:
    """Return the description in the client's language; where a value is missing the owner is told."""
    locale = language_of(shop, known_contact(shop, client))
    try:
        return render_subject(settings.description, values_of(scope), locale, shop.zone)
    except BadInputError as error:
        told = f"A charge of automation {run.automation_id} was not made: {error}"
        tell_owner(shop, "missing_value", told, contact_id=run.contact_id)
        return None


def _ask_owner(shop: Shop, run: Run, settings: AddCharge, seat: Booking | None) -> None:
    about = f"booking {seat.id}" if seat else "no booking"
    tell_owner(
        shop,
        "no_policy",
        f"Automation {run.automation_id} would charge {show(settings.price.amount, settings.price.currency)} "
        f"for {about}, which carries no accepted policy. If it is agreed, ask by `relance charges add`.",
        contact_id=run.contact_id,
        booking=seat.id if seat else None,
    )
