"""The kind of a file is what its first bytes say, whatever it is called."""

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.channels.file_kinds import Declared, kind_of
from shared.domain.messages.linked_file import LinkedFile, pin_of, pinned

ZIP = b"PK\x03\x04rest"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("content", "media_type", "name", "kind"),
    [
        (b"%PDF-1.4", "text/html", "page.html", "pdf"),
        (b"\xff\xd8\xff\xe0JFIF", "", "a", "jpg"),
        (b"\xef\xbb\xbfBEGIN:VCALENDAR", "text/plain", "visit", "ics"),
        (ZIP, XLSX, "download", "xlsx"),
        (ZIP, "application/octet-stream", "list.DOCX", "docx"),
        (ZIP, "application/zip", "all.zip", None),
        (b"name,phone\n", "text/plain", "list.csv", "csv"),
        (b"name,phone\n", "text/csv", "export", "csv"),
        ("Grüße".encode(), "text/plain", "note.txt", "txt"),
        ("Grüße".encode("latin-1"), "text/plain", "note.txt", None),
        (b"a\0b", "text/plain", "note.txt", None),
        (b"\n <!DOCTYPE html>", "text/plain", "note.txt", None),
        (b"<svg xmlns='x'/>", "image/svg+xml", "a.svg", None),
        (b"MZ\x90", "application/pdf", "bill.pdf", None),
        (b"print('x')", "text/x-python", "run.py", None),
    ],
)
def test_kinds(content: bytes, media_type: str, name: str, kind: str | None) -> None:
    assert kind_of(content, Declared(media_type, name)) == kind


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://x.example/bills/Ana%20Ruiz.pdf?key=1", "Ana_Ruiz.pdf"),
        ("https://x.example/bill", "bill.pdf"),
        ("https://x.example/", "file.pdf"),
        ("https://x.example/run.exe", "run.exe.pdf"),
        ("https://x.example/..%2F..%2Fetc%2Fpasswd", "etc_passwd.pdf"),
        (f"https://x.example/{'a' * 300}.pdf", f"{'a' * 60}.pdf"),
    ],
)
def test_a_pinned_link_says_what_was_there_and_what_it_is_called(link: str, name: str) -> None:
    pin = pin_of(pinned(link, LinkedFile(id="x", kind="pdf", digest="0" * 64)))
    assert pin is not None
    assert (pin.link, pin.name, pin.media_type, pin.digest) == (link, name, "application/pdf", "0" * 64)
    assert pin_of(link) is None
    assert pin_of(f"{link}#exe-{'0' * 64}") is None


def test_only_texts_and_mails_have_files_and_a_mail_counts_as_one_with_them() -> None:
    assert Channel("email").record.billed("Hello", 2) == 1
    assert Channel("sms").record.billed("Hello", 1) == 3
    assert [name for name in ("voice", "whatsapp", "messenger") if Channel(name).record.most_media] == []
