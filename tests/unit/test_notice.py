"""One notice of all documents of a client, on each wanted channel, in French and English (R9, R19)."""

import re
from collections.abc import Sequence

import pytest

from models.contact import Contact, PayerKind
from models.errors import ConflictError
from models.invoice import Invoice
from models.invoicing import invoice_charges
from models.letters import Letter, write_letter
from models.message import Message, MessagePurpose
from models.messaging import queue
from models.shop import Shop
from models.sms_text import MOST_SEGMENTS, Alphabet, measure
from tests.unit.test_mentions import charge_of, shop_of

AMOUNTS = (4510, 12000, 800)
LINK = re.compile(r"https://pay\.example/invoice/[\w-]+")


def billed(locale: str = "fr", amounts: Sequence[int] = AMOUNTS) -> tuple[Shop, list[Invoice]]:
    """Issue a document for each amount."""
    shop = shop_of()
    payer = shop.contacts.add(
        Contact(shop.id, "zoe", "Zoé", "zoe@example.org", locale=locale, kind=PayerKind.CONSUMER, mobile="+33612345678")
    )
    documents = [
        document
        for nth, amount in enumerate(amounts)
        if (document := invoice_charges(shop, payer, [charge_of(shop, amount, f"c{nth}")], terms_days=30))
    ]
    assert len(documents) == len(amounts)
    return shop, documents


def notice(shop: Shop, documents: list[Invoice], channels: list[str]) -> list[Message]:
    shop.begin("billing 2027-03 zoe")
    return queue(
        shop,
        shop.contacts["zoe"],
        template="request_payment" if any(one.amount_due for one in documents) else "issue_paid_invoice",
        purpose=MessagePurpose.LEGAL,
        documents=documents,
        subject_ids={"invoice": documents[0].id},
        channels=channels,
    )


def written(shop: Shop, documents: list[Invoice]) -> tuple[Letter, str]:
    """Return the mail and the text of the SMS."""
    mail, sms = notice(shop, documents, ["sms", "email"])
    assert (mail.channel, sms.channel) == ("email", "sms")
    return write_letter(shop, mail), write_letter(shop, sms).text


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("locale", "sums", "total", "due"),
    [
        ("fr", ("45,10 €", "120,00 €", "8,00 €"), "Reste à payer en tout : 173,10 €", "échéance le 31 mars 2027"),
        ("en", ("€45.10", "€120.00", "€8.00"), "Left to pay in all: €173.10", "due on Mar 31, 2027"),
    ],
)
def test_the_mail_lists_number_total_balance_due_date_and_link_of_each(
    locale: str, sums: tuple[str, ...], total: str, due: str
) -> None:
    shop, documents = billed(locale)
    letter, _ = written(shop, documents)
    text = plain(letter.text)
    for document, amount in zip(documents, sums, strict=True):
        (entry,) = [line for line in text.splitlines() if line.startswith(f"– {document.number}")]
        assert entry.count(amount) == 2
        assert due in entry
    assert total in text
    assert len(set(LINK.findall(text))) == len(documents)
    assert len(set(LINK.findall(letter.html))) == len(documents)
    assert text.count("Atelier SARL") == len(documents)
    assert letter.subject == ("Vos factures – Atelier" if locale == "fr" else "Your invoices – Atelier")


@pytest.mark.parametrize(
    ("locale", "begins", "entry"),
    [
        ("fr", "Atelier : 3 factures, 173,10 € à régler.", "2027-0002 : 120,00 €, le 31 mars 2027"),
        ("en", "Atelier: 3 invoices, €173.10 to pay.", "2027-0002: €120.00, by Mar 31, 2027"),
    ],
)
def test_the_sms_lists_the_same_in_one_alphabet(locale: str, begins: str, entry: str) -> None:
    shop, documents = billed(locale)
    _, text = written(shop, documents)
    lines = text.splitlines()
    assert lines[0] == begins
    assert lines[lines.index(entry) + 1].startswith("https://pay.example/invoice/")
    assert len(set(LINK.findall(text))) == len(documents)
    assert measure(text).alphabet is Alphabet.GSM_7


def test_an_sms_of_many_documents_still_names_each() -> None:
    shop, documents = billed(amounts=range(1000, 1020))
    _, text = written(shop, documents)
    assert all(str(document.number) in text for document in documents)
    assert LINK.findall(text) == []
    assert measure(text).segments <= MOST_SEGMENTS


def test_what_is_paid_is_listed_as_paid_and_summed_apart_by_currency() -> None:
    shop, documents = billed()
    documents[0].amount_due = 0
    documents[2].currency = "USD"
    letter, sms = written(shop, documents)
    text = plain(letter.text)
    assert "– 2027-0001 du 1 mars 2027 : 45,10 €, payée" in text
    assert "Reste à payer en tout : 120,00 € et 8,00 $US" in text
    assert "2027-0001 : 45,10 €, payée" in sms


def test_where_nothing_is_left_to_pay_nothing_is_asked_for() -> None:
    shop, documents = billed()
    for document in documents:
        document.amount_due = 0
    letter, sms = written(shop, documents)
    assert "Elles sont payées : vous n'avez rien à régler." in letter.text
    assert sms.startswith("Atelier : 3 factures payées.")


def test_a_message_of_one_document_reads_as_before() -> None:
    shop, documents = billed(amounts=[4510])
    letter, sms = written(shop, documents)
    assert letter.subject == "Facture 2027-0001 – Atelier"
    assert "Voici votre facture 2027-0001" in letter.text
    assert sms.startswith("Atelier : facture 2027-0001, 45,10 € à régler au plus tard le 31/03/2027.")


# --- what is queued


def test_ids_come_from_the_cause_so_that_nothing_doubles() -> None:
    first, again, alone = [
        [message.id for message in notice(*billed(), channels)]
        for channels in (["email", "sms"], ["sms", "email"], ["sms"])
    ]
    assert first == again
    assert len(set(first)) == 2
    assert alone == first[1:]
    shop, documents = billed()
    notice(shop, documents, ["sms"])
    with pytest.raises(ConflictError):
        notice(shop, documents, ["email", "sms"])


@pytest.mark.parametrize(
    ("channels", "choices", "taken"),
    [
        (["email"], {}, ["email"]),
        (["sms"], {}, ["sms"]),
        (["email", "sms"], {}, ["email", "sms"]),
        (["sms"], {"service sms": ["2027-01-01T00:00:00+00:00", "no", "con_1"]}, ["email"]),
        (["email", "sms"], {"service sms": ["2027-01-01T00:00:00+00:00", "no", "con_1"]}, ["email"]),
        (["email"], {"service email": ["2027-01-01T00:00:00+00:00", "no", "con_1"]}, ["email"]),
        (["sms"], {"marketing sms": ["2027-01-01T00:00:00+00:00", "no", "con_1"]}, ["sms"]),
    ],
)
def test_a_notice_takes_the_ways_that_are_open(
    channels: list[str], choices: dict[str, list[str]], taken: list[str]
) -> None:
    shop, documents = billed()
    shop.contacts["zoe"].choices = choices
    assert [message.channel for message in notice(shop, documents, channels)] == taken


def test_the_copy_goes_with_the_mail_alone() -> None:
    shop, documents = billed()
    shop.contacts["zoe"].cc = ["office@example.org"]
    mail, sms = notice(shop, documents, ["email", "sms"])
    assert (mail.cc, sms.cc) == (["office@example.org"], [])


def test_without_a_way_the_documents_stand_and_the_owner_is_told() -> None:
    shop, documents = billed()
    shop.contacts["zoe"].email = shop.contacts["zoe"].mobile = None
    assert notice(shop, documents, ["email", "sms"]) == []
    assert [alert.reason for alert in shop.alerts] == ["no_channel"]
    assert [decision.reason for decision in shop.decisions] == ["no_channel"]
