"""What a file is, by its bytes."""

import io
import zipfile

import pytest

from models.file_types import FileKind, file_name, media_type_of
from models.refusals import RefusedError

ALL = frozenset(FileKind)


def archive(*members: str, mimetype: str = "") -> bytes:
    """Return a ZIP archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        if mimetype:
            target.writestr("mimetype", mimetype)
        for member in members:
            target.writestr(member, "x")
    return out.getvalue()


DOCX = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", b"%PDF-1.4", "application/pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n0", "image/png"),
        ("a.JPG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", b"RIFF0000WEBP", "image/webp"),
        ("a.heic", b"\0\0\0\x18ftypheic", "image/heic"),
        ("a.txt", "Zoé préfère 👩\u200d👧\r\n".encode(), "text/plain"),
        ("a.html", b"<script>", "text/plain"),
        ("a.html", b"<p>About <svg></p>", "text/plain"),
        ("a.rtf", b"{\\rtf1", "application/rtf"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        ("a.docx", archive(*DOCX), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            "a.odt",
            archive(mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        ("noname", b"%PDF-1.4", "application/pdf"),
    ],
)
def test_bytes_tell_what_a_file_is(name: str, content: bytes, media_type: str) -> None:
    assert media_type_of(content, name, ALL) == media_type


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"\x7fELF", "no document"),
        ("a.exe", b"MZ\x90\0", "no document"),
        ("a.txt", b"a\0b", "no document"),
        ("a.txt", b"\xff\xfe", "no document"),
        ("a.zip", archive("a"), "no document"),
        ("a.docx", b"PK\x03\x04broken", "no document"),
        ("a.docx", archive(*DOCX, "word/vbaProject.bin"), "no document"),
        ("a.pdf", b"just text", "Rename it"),
        ("a.png", b"%PDF-", "Rename it"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "may carry scripts. Save it as PNG"),
        ("a.svgz", b"\x1f\x8b\x08", "may carry scripts"),
        ("a.SVG", b"just text", "may carry scripts"),
        ("a.txt", b"<svg onload='alert(1)'>", "may carry scripts"),
        (
            "a",
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a > b -->\n<!DOCTYPE svg [<!ENTITY a 'b'>]>\n<s:svg>",
            "scripts",
        ),
    ],
)
def test_what_is_no_document_or_hides_what_it_is_is_refused(name: str, content: bytes, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        media_type_of(content, name, ALL)


def test_a_file_is_known_by_its_own_name_without_folders_and_controls() -> None:
    assert file_name("../../etc/pass\x1bwd\n") == "passwd"
    assert file_name("C:\\tmp\\a.pdf") == "a.pdf"
    with pytest.raises(RefusedError, match="--name"):
        file_name("/..")
