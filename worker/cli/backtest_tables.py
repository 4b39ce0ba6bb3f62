"""What a backtest has found, as tables with a few sentences, in French or English."""

from typing import Any

import typer

from models.languages import Language, Words, words
from worker.cli.output import amount, show_table

IN_ITS_PLACE = words("à la place de la version active", "in the place of the live version")
BESIDE = words("à côté des automatisations actives", "beside the live automations")
IN_ITS_PLACE_ALONE = words(
    "à la place de la version active, sans les autres", "in the place of the live version, without the others"
)
ALONE = words("sans les automatisations actives", "without the live automations")
SINCE = words("depuis le", "since")
MINE = words("Ce que ferait {name}", "What {name} would do")
OTHERS = words("Ce que feraient les autres automatisations", "What the other automations would do")
CLIENTS = words("Qui recevrait combien", "Who would get how much")
DIFFERS = words("Ce qui diffère", "What differs")
EVERYTHING = words("Tout", "Everything")
SAME = words("Rien ne diffère des automatisations actives.", "Nothing differs from the live automations.")
FIRST = words(
    "Voici les {limit} premières lignes ; --limit en montre plus.", "These are the first {limit}; --limit shows more."
)
TOTALS = words(
    "automatisation, effet, active, candidate, montant active, montant candidate",
    "automation, effect, live, candidate, live amount, candidate amount",
)
BY_CLIENT = words(
    "client, messages, messages (active), documents, écartés", "contact, messages, messages live, documents, skipped"
)
PAIRS = words(
    "différence, automatisation, client, effet, sujet, active, candidate, montant",
    "difference, automation, contact, effect, about, live, candidate, amount",
)
KINDS = {
    "message": words("message", "message"),
    "invoice": words("facture", "invoice"),
    "skipped": words("écarté", "skipped"),
    "payment": words("paiement", "payment"),
    "event": words("événement", "event"),
}
DIFFERENCES = {
    "only_candidate": words("candidate seule", "only candidate"),
    "only_live": words("active seule", "only live"),
    "changed": words("changé", "changed"),
    "same": words("pareil", "same"),
}
AT_LAST = words(
    "{events} événements rejoués en {seconds} s ; {waiting} exécutions attendraient encore. Les clients et les "
    "prestations sont pris tels qu'ils sont maintenant ; les pauses et les paiements notés à la main sont rejoués, les "
    "exécutions qui attendaient au début et le reste de ce qui a été fait à la main ne le sont pas. Rien n'a été "
    "envoyé, et rien de l'entreprise n'a été modifié.",
    "{events} events replayed in {seconds} s; {waiting} runs would still wait. Clients and services are taken as they "
    "are now; pauses and payments that people noted are played, runs that waited when it began and whatever else "
    "people did by hand are not. Nothing was sent, and nothing of the business was changed.",
)


def show(found: Any, limit: int, summary: dict[str, Any], language: Language, *, everything: bool) -> None:
    """Print what both worlds came to, whom the automation reached, the first differences, and what was not replayed."""
    name = summary["automation"]
    typer.echo(f"{name} {_place(summary)[language]}, {SINCE[language]} {summary['since']:%Y-%m-%d %H:%M} UTC\n")
    totals = found.totals()
    for title, mine in ((MINE, True), (OTHERS, False)):
        rows = [_total(line, language) for line in totals if (line["automation"] == name) == mine]
        if rows:
            show_table(_columns(TOTALS, language), rows, title[language].format(name=name))
            typer.echo()
    if clients := found.clients(name, limit):
        show_table(_columns(BY_CLIENT, language), [tuple(line.values()) for line in clients], CLIENTS[language])
        typer.echo()
    _show_pairs(list(found.compared(limit + 1, also_same=everything)), limit, language, everything=everything)
    typer.echo(f"\n{AT_LAST[language].format(**summary)}")


def _place(summary: dict[str, Any]) -> Words:
    if summary["replaces"]:
        return IN_ITS_PLACE_ALONE if summary["alone"] else IN_ITS_PLACE
    return ALONE if summary["alone"] else BESIDE


def _show_pairs(pairs: list[dict[str, Any]], limit: int, language: Language, *, everything: bool) -> None:
    if pairs:
        title = EVERYTHING if everything else DIFFERS
        show_table(_columns(PAIRS, language), [_pair(line, language) for line in pairs[:limit]], title[language])
    else:
        typer.echo(SAME[language])
    if len(pairs) > limit:
        typer.echo(FIRST[language].format(limit=limit), err=True)


def _columns(names: Words, language: Language) -> tuple[str, ...]:
    return tuple(names[language].split(", "))


def _effect(line: dict[str, Any], language: Language) -> str:
    kind = KINDS[line["kind"]][language] if line["kind"] in KINDS else line["kind"]
    return f"{kind}: {line['what']}" if line["what"] else kind


def _total(line: dict[str, Any], language: Language) -> tuple[object, ...]:
    money = [amount(line[key], line["currency"]) if line["currency"] else "" for key in _AMOUNTS]
    return line["automation"], _effect(line, language), line["live"], line["candidate"], *money


_AMOUNTS = ("live_amount", "candidate_amount")


def _pair(line: dict[str, Any], language: Language) -> tuple[object, ...]:
    live, candidate = line["live"], line["candidate"]
    money = (candidate or live)["amount"]
    return (
        DIFFERENCES[line["difference"]][language], line["automation"], line["contact"], _effect(line, language),
        line["about"], live and live["at"], candidate and candidate["at"],
        amount(money, line["currency"]) if line["currency"] else "",
    )  # fmt: skip
