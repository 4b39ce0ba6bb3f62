"""The HTML part of a message, made from its text: paragraphs, links, and a button where there is something to do."""

import re
from html import escape
from typing import NamedTuple

_LINK = re.compile(r"https?://[^\s<>\"']+")
_AFTER_LINK = ".,;:!?)]}»…"

_PAGE = """\
<!DOCTYPE html>
<html lang="{lang}" dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{title}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f4f4f1;color:#1b1b1b;font:16px/1.5 system-ui,sans-serif">
<main style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px">
{content}
</main>
</body>
</html>
"""
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_ANCHOR = '<a href="{0}" style="color:#0b57d0">{0}</a>'
_BUTTON = (
    '<p style="margin:0 0 16px"><a href="{}" style="display:inline-block;padding:12px 20px;background:#0b57d0;'
    'color:#ffffff;text-decoration:none;border-radius:6px;font-weight:600">{}</a></p>'
)


class Button(NamedTuple):
    """What a reader can do: `Payer`, and where."""

    label: str
    url: str


def html_from_text(text: str, *, title: str, locale: str, button: Button | None = None) -> str:
    """Return a page that says the same as a text; nothing in the text is taken for HTML."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block]
    content = [_PARAGRAPH.format(_linked(block).replace("\n", "<br>\n")) for block in blocks]
    if button is not None:
        content.insert(max(len(content) - 1, 0), _BUTTON.format(escape(button.url), escape(button.label)))
    return _PAGE.format(lang=escape(locale.replace("_", "-")), title=escape(title), content="\n".join(content))


def _linked(block: str) -> str:
    """Escape a block of text and make its web addresses links."""
    parts: list[str] = []
    end = 0
    for found in _LINK.finditer(block):
        url = found[0].rstrip(_AFTER_LINK)
        parts += (escape(block[end : found.start()], quote=False), _ANCHOR.format(escape(url)))
        end = found.start() + len(url)
    return "".join((*parts, escape(block[end:], quote=False)))
