"""The French pack: mentions of invoices, exemptions, the longest terms of payment. Engineering guidance, no advice.

Since 1 September 2026 the rules of VAT stand in the code of taxes on goods and services; invoices may name the old
articles until 31 December 2027, and the article of the European directive for as long as one likes.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from models.law.text import BUSINESS, CONSUMER, PROFESSIONAL, PUBLIC, LawText, Subject

_OLD = date(2008, 1, 1)
_OLD_ARTICLES_END = date(2027, 12, 31)
_NEW_ARTICLES = date(2028, 1, 1)
_FORTY_EUROS = date(2013, 1, 1)
_PUBLIC = date(2013, 5, 1)


def _franchise() -> Iterator[LawText]:
    said = {
        "fr": ("TVA non applicable, art. 293 B du CGI", "TVA non applicable, article 284 de la directive 2006/112/CE"),
        "en": (
            "VAT not applicable, art. 293 B of the French CGI",
            "VAT not applicable, article 284 of Directive 2006/112/EC",
        ),
    }
    for language, (before, after) in said.items():
        yield LawText(
            f"fr-franchise-1-{language}", Subject.EXEMPTION, language, _OLD, before, _OLD_ARTICLES_END,
            regime="franchise", code="VATEX-FR-FRANCHISE",
        )  # fmt: skip
        yield LawText(
            f"fr-franchise-2-{language}", Subject.EXEMPTION, language, _NEW_ARTICLES, after,
            regime="franchise", code="VATEX-FR-FRANCHISE",
        )  # fmt: skip


def _exempt() -> Iterator[LawText]:
    said = {
        "fr": ("Exonération de TVA, art. 261 du CGI", "Exonération de TVA, article 132 de la directive 2006/112/CE"),
        "en": ("Exempt from VAT, art. 261 of the French CGI", "Exempt from VAT, article 132 of Directive 2006/112/EC"),
    }
    for language, (before, after) in said.items():
        yield LawText(
            f"fr-exempt-1-{language}", Subject.EXEMPTION, language, _OLD, before, _OLD_ARTICLES_END,
            regime="exempt", code="VATEX-EU-132",
        )  # fmt: skip
        yield LawText(
            f"fr-exempt-2-{language}", Subject.EXEMPTION, language, _NEW_ARTICLES, after,
            regime="exempt", code="VATEX-EU-132",
        )  # fmt: skip


def _in_both_languages(
    name: str, subject: Subject, since: date, french: str, english: str, **more: object
) -> tuple[LawText, ...]:
    return tuple(
        LawText(f"fr-{name}-{language}", subject, language, since, text, **more)  # type: ignore[arg-type]  # by name
        for language, text in (("fr", french), ("en", english))
    )


def _unpaid() -> Iterator[LawText]:
    """Yield the mark of the duplicate that a seller on debits sends before it takes its VAT back."""
    said = {
        "fr": "Facture demeurée impayée pour la somme de {net} (prix net) et pour la somme de {tax} (taxe sur la "
        "valeur ajoutée correspondante) qui ne peut faire l'objet d'une déduction",
        "en": "Invoice left unpaid for {net} (net price) and {tax} (corresponding value added tax), which cannot be "
        "deducted",
    }
    for language, text in said.items():
        article = "CGI, art. 272" if language == "fr" else "art. 272 of the French CGI"
        yield LawText(
            f"fr-unpaid-1-{language}", Subject.UNPAID, language, _OLD, f"{text} ({article}).", _OLD_ARTICLES_END,
            payers=PROFESSIONAL,
        )  # fmt: skip
        yield LawText(
            f"fr-unpaid-2-{language}", Subject.UNPAID, language, _NEW_ARTICLES, f"{text}.", payers=PROFESSIONAL
        )


ROWS: tuple[LawText, ...] = (
    *_franchise(),
    *_exempt(),
    *_unpaid(),
    *_in_both_languages(
        "outside-vat", Subject.OUTSIDE_VAT, _OLD,
        "Indemnité hors du champ d'application de la TVA", "Compensation outside the scope of VAT", code="VATEX-EU-O",
    ),
    *_in_both_languages(
        "late-penalty", Subject.LATE_PENALTY, _OLD,
        "En cas de retard de paiement : pénalités au taux directeur de la Banque centrale européenne majoré de 10 "
        "points.",
        "Late payment: penalties at the rate of the European Central Bank plus 10 points.",
        payers=BUSINESS, code="PMD",
    ),
    *_in_both_languages(
        "late-penalty-public", Subject.LATE_PENALTY, _PUBLIC,
        "En cas de retard de paiement : intérêts moratoires au taux directeur de la Banque centrale européenne majoré "
        "de 8 points.",
        "Late payment: interest at the rate of the European Central Bank plus 8 points.",
        payers=PUBLIC, code="PMD",
    ),
    *_in_both_languages(
        "late-penalty-own", Subject.LATE_PENALTY_OWN, _OLD,
        "En cas de retard de paiement : pénalités au taux annuel de {rate} %.",
        "Late payment: penalties at a yearly rate of {rate} %.",
        payers=BUSINESS, code="PMD",
    ),
    *_in_both_languages(
        "recovery", Subject.RECOVERY, _FORTY_EUROS,
        "Indemnité forfaitaire pour frais de recouvrement en cas de retard : {amount}.",
        "Fixed compensation for recovery costs in case of late payment: {amount}.",
        payers=PROFESSIONAL, code="PMT", value=Decimal(40),
    ),
    *_in_both_languages(
        "discount", Subject.DISCOUNT, _OLD,
        "Pas d'escompte pour paiement anticipé.", "No discount for early payment.", payers=PROFESSIONAL, code="AAB",
    ),
    *_in_both_languages(
        "vat-on-debits", Subject.VAT_ON_DEBITS, _OLD,
        "Option pour le paiement de la TVA d'après les débits.", "VAT is due on debits, by option.", code="TXD",
    ),
    *_in_both_languages(
        "mediator", Subject.MEDIATOR, date(2016, 1, 1),
        "Médiateur de la consommation : {name}", "Consumer mediator: {name}", payers=CONSUMER, code="AAI",
    ),
    LawText("fr-terms", Subject.LONGEST_TERMS, "", date(2009, 1, 1), payers=BUSINESS, value=Decimal(60)),
    LawText("fr-terms-public", Subject.LONGEST_TERMS, "", _PUBLIC, payers=PUBLIC, value=Decimal(30)),
    LawText("fr-terms-periodic", Subject.LONGEST_TERMS_PERIODIC, "", date(2009, 1, 1), payers=BUSINESS,
            value=Decimal(45)),
    LawText("fr-after-month", Subject.DAYS_AFTER_MONTH, "", _OLD, payers=PROFESSIONAL, value=Decimal(7)),
)  # fmt: skip
