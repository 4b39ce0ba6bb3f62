"""What a file is, by its bytes: a name says nothing that could be relied on."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import PurePath

from models.refusals import RefusedError


class FileKind(StrEnum):
    """Kinds of documents that a client's record takes."""

    PDF = "pdf"
    IMAGE = "image"
    TEXT = "text"
    OFFICE = "office"


_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
)
_HEIC = frozenset({b"heic", b"heix", b"mif1", b"msf1"})
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_XML = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_OFFICE = {"application/rtf", "application/x-ole-storage", *_OPEN_XML.values()}
_NAMES: Mapping[str, frozenset[FileKind]] = {
    ending: frozenset({kind})
    for kind, endings in {
        FileKind.PDF: "pdf",
        FileKind.IMAGE: "png jpg jpeg gif tif tiff webp heic",
        FileKind.OFFICE: "docx xlsx pptx odt ods odp doc xls ppt rtf",
    }.items()
    for ending in endings.split()
}
"""What endings of names promise; others promise nothing."""
_SVG_NAMES = frozenset({"svg", "svgz"})
_BEGINNING = 65_536
"""So many bytes of a file are looked at for the beginning of a picture in SVG."""
_MARK = b"\xef\xbb\xbf"
"""What some editors write before a text."""
LONGEST_NAME = 200
_SVG = re.compile(rb"<(?:[\w.-]+:)?svg\b")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def media_type_of(content: bytes, name: str, allowed: frozenset[FileKind]) -> str:
    """Return the media type that the bytes have, or refuse a file that is nothing that is allowed or hides what it is.

    Office documents with macros are refused, and so are pictures in SVG, which may carry scripts.
    """
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ending in _SVG_NAMES or _is_svg(content[:_BEGINNING]):
        raise RefusedError(
            f"{name} can't be kept: a picture in SVG may carry scripts. Save it as PNG or PDF, and add that."
        )
    found = next(_candidates(content), None)
    kind = _kind_of(found) if found else None
    if found is None or kind not in allowed:
        what = f"a file of the type {found}" if found else "no document that is known here"
        raise RefusedError(
            f"{name} can't be kept: by its content it is {what}. Taken are {', '.join(sorted(allowed))}."
        )
    if kind not in _NAMES.get(ending, {kind}):
        raise RefusedError(f"{name} can't be kept: its name ends in .{ending}, and its content is {found}. Rename it.")
    return found


def _is_svg(beginning: bytes) -> bool:
    """Whether the first element of a file is a picture in SVG, after declarations and comments."""
    text = beginning.removeprefix(_MARK).lstrip()
    while text.startswith((b"<?", b"<!")):
        end = b"-->" if text.startswith(b"<!--") else b"]" if b"[" in text.partition(b">")[0] else b">"
        text = text.partition(end)[2].lstrip().removeprefix(b">" if end == b"]" else b"").lstrip()
    return _SVG.match(text) is not None


def _candidates(content: bytes) -> Iterator[str]:
    yield from (media_type for beginning, media_type in _BEGINNINGS if content.startswith(beginning))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        yield "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        yield "image/heic"
    if content.startswith(_OLD_OFFICE):
        yield "application/x-ole-storage"
    if content.startswith(b"PK\x03\x04"):
        yield from _in_zip(content)
    elif _is_text(content):
        yield "text/plain"


def _in_zip(content: bytes) -> Iterator[str]:
    """Yield what an office document in a ZIP archive is; nothing in it is unpacked but its first, short member."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.namelist()
            first = archive.infolist()[0]
            said = archive.read(first) if first.filename == "mimetype" and first.file_size < 100 else b""
    except (zipfile.BadZipFile, IndexError, NotImplementedError, RuntimeError, OSError):
        return
    if any("vbaproject" in member.lower() for member in members):
        return
    if said.startswith(_OPEN_DOCUMENT.encode()):
        yield said.decode("ascii", "replace").strip()
    if "[Content_Types].xml" in members:
        yield from (kind for folder, kind in _OPEN_XML.items() if any(one.startswith(folder) for one in members))


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROLS.search(text)


def _kind_of(media_type: str) -> FileKind:
    if media_type == "application/pdf":
        return FileKind.PDF
    if media_type in _OFFICE or media_type.startswith(_OPEN_DOCUMENT):
        return FileKind.OFFICE
    return FileKind.IMAGE if media_type.startswith("image/") else FileKind.TEXT


def file_name(text: str) -> str:
    """Return a file's own name without its folders and without what would steer a terminal; an empty one is refused."""
    name = "".join(letter for letter in text.replace("\\", "/").rpartition("/")[2] if letter.isprintable()).strip()
    if not name.strip("."):
        raise RefusedError("The file has no name. Give it one with --name.")
    return name[:LONGEST_NAME]
