"""Whether a business's own automations write to a client of what happened, so that nothing else has to."""

from itertools import takewhile

from models.booking import Booking
from models.diary import service_id_of
from models.events import Fact
from models.flow import Act
from models.message import MessagePurpose
from models.rulebook import Published
from models.scope import Scope
from models.shop import Shop
from models.steps import SendEmail, SendSms


def writes_of_cancellation(shop: Shop, seat: Booking) -> bool:
    """Whether an automation that is on is triggered by a booking's cancellation, and writes to its client at once."""
    about = {"booking": seat.id, "session": seat.session_id, "order": seat.order_id}
    scope = Scope(shop, seat.contact_id, about, [], None, Fact.BOOKING_CANCELLED)
    service_id = service_id_of(shop, seat)
    return any(
        published.lets_service(service_id) and _lets(published, scope) and _writes(published)
        for published in shop.rulebook.triggered_by(Fact.BOOKING_CANCELLED)
        if not shop.rulebook.begins_nothing(published.id)
    )


def _lets(published: Published, scope: Scope) -> bool:
    where = published.program.where
    return where is None or where(scope)


def _writes(published: Published) -> bool:
    """Whether it writes at once, whatever the case, and not as advertising: what is later may never be sent."""
    at_once = takewhile(lambda op: isinstance(op, Act), published.program.ops)
    return any(_tells(op) for op in at_once if isinstance(op, Act))


def _tells(op: Act) -> bool:
    return isinstance(op.settings, SendEmail | SendSms) and op.settings.purpose != MessagePurpose.MARKETING
