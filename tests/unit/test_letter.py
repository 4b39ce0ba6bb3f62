"""The HTML part of a message says what its text says, and nothing in it is taken for HTML."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.letter import Button, html_from_text


class Reader(HTMLParser):
    """Reads a page as a mail program does: its tags, its links, its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def page(text: str, button: Button | None = None) -> Reader:
    return Reader(html_from_text(text, title="Facture", locale="fr_FR", button=button))


def test_paragraphs_and_lines_stay() -> None:
    assert [tag for tag in page("Bonjour,\nZoé\n\n\nAu revoir").tags if tag in {"p", "br"}] == ["p", "br", "p"]


def test_the_page_says_its_language_and_title() -> None:
    html = html_from_text("x", title="A & B", locale="fr_FR")
    assert html.startswith('<!DOCTYPE html>\n<html lang="fr-FR"')
    assert "<title>A &amp; B</title>" in html


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Payer : https://example.org/pay/x?a=1&b=2", "https://example.org/pay/x?a=1&b=2"),
        ("(voir http://example.org/a).", "http://example.org/a"),
        ("https://example.org/é…", "https://example.org/é"),
    ],
)
def test_a_web_address_is_a_link(text: str, link: str) -> None:
    found = page(text)
    assert found.links == [link]
    assert text in found.words


def test_only_web_addresses_are_links() -> None:
    assert page("javascript:alert(1) ftp://x.org mailto:a@b.c").links == []


def test_a_button_stands_before_the_last_paragraph() -> None:
    found = page("Bonjour\n\nAtelier", Button('Payer <"', 'https://example.org/"><script>'))
    assert found.links == ['https://example.org/"><script>']
    assert found.words.index("Bonjour") < found.words.index('Payer <"') < found.words.index("Atelier")
    assert "script" not in found.tags


@given(st.text())
def test_no_text_adds_a_tag(text: str) -> None:
    assert set(page(text).tags) <= {"html", "head", "meta", "title", "body", "main", "p", "br", "a"}
