"""Reading how a seller stands to VAT in a shop file: since ever, or `regimes` that begin on their days (R18)."""

from models.business import Business
from models.regime import Regime, VatDueOn, VatRegime
from models.yamlfile import Node

KEYS = ("from", "vat_regime", "vat_due_on")


def read_vat(node: Node, business: Business) -> None:
    """Read what stands under `legal`; `vat_exempt` alone is the franchise, undated words hold until the first date."""
    exempt = node.get("vat_exempt")
    franchise = exempt is not None and exempt.boolean()
    ever = _regime(node, Regime(VatRegime.FRANCHISE if franchise else VatRegime.NORMAL))
    business.vat_regime, business.vat_due_on = ever
    dated = node.get("regimes")
    if dated is not None:
        business.regimes = _dated(dated, ever)


def _dated(node: Node, ever: Regime) -> list[dict[str, str]]:
    """Read regimes in the order of their days; what one leaves out stays as it was before."""
    read: list[dict[str, str]] = []
    for item in node.items():
        one = item.mapping(KEYS, ("from",))
        since = str(one.at("from").date())
        if read and since <= read[-1]["from"]:
            one.at("from").problem(f"{since} is not after {read[-1]['from']}", "Write the regimes oldest first.")
        ever = _regime(one, ever)
        read.append({"from": since, "vat_regime": str(ever.vat), "vat_due_on": str(ever.due_on)})
    return read


def _regime(node: Node, before: Regime) -> Regime:
    vat, due_on = node.get("vat_regime"), node.get("vat_due_on")
    return Regime(
        VatRegime(vat.choice(tuple(VatRegime))) if vat is not None else before.vat,
        VatDueOn(due_on.choice(tuple(VatDueOn))) if due_on is not None else before.due_on,
    )
