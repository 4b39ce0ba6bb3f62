"""What a business may be called in a shop file."""

from datetime import UTC, datetime

import pytest

from models.shop_file import load_shop
from models.yamlfile import BadFileError

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def called(id_: str) -> str:
    """Return the id of the business of a shop file that calls it so."""
    text = f"business: {{id: '{id_}', name: A}}"
    return load_shop(text, "shop.yaml", lambda _node, name: (name, ""), NEW_YEAR).business.id


@pytest.mark.parametrize("id_", [".", ".."])
def test_an_id_under_which_no_page_would_be_found_is_refused(id_: str) -> None:
    with pytest.raises(BadFileError, match="can't be a business's id: no page would be found under it"):
        called(id_)


@pytest.mark.parametrize("id_", ["...", "a.b", ".a", "a/..", "a%2e"])
def test_other_ids_with_dots_are_taken(id_: str) -> None:
    assert called(id_) == id_
