"""What a person does with the pages of clients: revoke all addresses of one that were given out, or ask for the new.

The standing page has one address for all, which stays.
"""

from collections.abc import Callable
from urllib.parse import quote

from models.addressing import Paged, address_of, revoke_addresses
from models.business import Business
from models.card_settings import cards_of
from models.errors import NotFoundError
from models.pages import Pages
from models.refusals import RefusedError
from models.shop import Shop
from tasks.checkouts import require
from tasks.desk.acting import Desk, Done, act, noted
from tasks.desk.documents import document_named
from tasks.gateways.cards import Capability, CardProviders
from tasks.seeds import Seeds

_SHELVES = {"lnk_": "links", "quo_": "quotes"}
_KINDS = {"links": "payment_link", "quotes": "quote", "invoices": "invoice"}


def revoke_page(desk: Desk, name: str, reason: str | None) -> Done:
    """Let the addresses of a page that were given out up to now open nothing any more; the row stays as it is."""
    shelf, id_, title = _named(desk, name)
    note = noted(_KINDS[shelf], title, "given a new address", reason=reason)
    return act(
        desk, "revoke_page", note, _seeding(desk, shelf, id_), lambda shop: revoke_addresses(_row(shop, shelf, id_))
    )


def page_address(desk: Desk, name: str, pages: Pages) -> str:
    """Return the address of a page that is good from now on."""
    shelf, id_, title = _named(desk, name)
    shop = desk.look(_seeding(desk, shelf, id_))
    shop.pages = pages
    address = address_of(shop, _row(shop, shelf, id_))
    if address is None:
        raise RefusedError(f"There are no pages here, so {title} has no address: set RELANCE_WEB_URL.")
    return address


def standing_page(business: Business, providers: CardProviders, pages: Pages) -> str:
    """Return the address of the page on which anybody pays any amount; refused where nobody could pay there."""
    settings = cards_of(business)
    if pages.address is None:
        raise RefusedError("There are no pages here, so the standing page has no address: set RELANCE_WEB_URL.")
    if settings is None:
        raise RefusedError(
            f"{business.id} takes no cards, so nobody could pay on its standing page: name a provider at `cards` in "
            "the shop file."
        )
    require(providers.of(settings.provider), Capability.CHECKOUT, business.currency)
    return f"{pages.address}/p/{quote(business.id, safe='')}"


def _named(desk: Desk, name: str) -> tuple[str, str, str]:
    """Return where what is named lies, its id, and what people call it."""
    shelf = _SHELVES.get(name[:4])
    if shelf is not None:
        return shelf, name, name
    document = document_named(desk, name)
    return "invoices", document.id, document.number or document.id


def _seeding(desk: Desk, shelf: str, id_: str) -> Callable[[Seeds], None]:
    return lambda seeds: seeds.add(shelf, desk.business_id, [id_])


def _row(shop: Shop, shelf: str, id_: str) -> Paged:
    row: Paged | None = getattr(shop, shelf).get(id_)
    if row is None:
        raise NotFoundError(
            f"{shop.id} has no {_KINDS[shelf].replace('_', ' ')} {id_!r}. `relance {shelf} list` shows them."
        )
    return row
