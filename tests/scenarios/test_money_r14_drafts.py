"""R14: a draft claims its charges; confirmed, it is issued as things are then; edited or thrown away, it frees them."""

from tests.scenarios.story import Data, Story

DRAFT: Data = {"request_payment": {"document": "draft", "due_in": {"days": 14}}}
NOW = "2027-01-05 10:00"
LATER = "2027-01-08 09:00"


def drafted(shop: Story) -> None:
    """Draft what zoe owes for a cut and a colour."""
    shop.automation("draft", "session.booked", DRAFT)
    shop.books("zoe", "cut", "colour", at=NOW, when="2027-01-12 14:00")


def test_a_draft_has_no_number_and_no_dates_and_nobody_is_written_to(shop: Story) -> None:
    drafted(shop)
    lines = shop.run(until="2027-01-08 00:00")
    draft = lines.one("invoice", "zoe")
    assert (draft["status"], draft["number"], draft["issued_on"], draft["due_on"]) == ("draft", None, None, None)
    assert (draft["total"], draft["charges"]) == (12500, ["o1-b1", "o1-b2"])
    assert lines.times("event", "zoe", type="invoice.drafted") == [NOW]
    assert not lines.of("message", "zoe")


def test_confirmed_it_gets_number_and_dates_of_that_day_and_the_payer_is_told_once(shop: Story) -> None:
    drafted(shop)
    shop.does("confirm_draft", at=LATER, contact="zoe")
    shop.does("confirm_draft", at="2027-01-08 10:00", contact="zoe")
    lines = shop.run()
    draft, invoice = lines.of("invoice", "zoe")
    assert (invoice["number"], invoice["status"]) == ("2027-0001", "issued")
    assert (invoice["issued_on"], invoice["due_on"]) == ("2027-01-08", "2027-01-22")
    assert (invoice["total"], invoice["charges"]) == (draft["total"], draft["charges"])
    assert lines.times("message", "zoe") == [LATER]
    assert lines.one("skipped", "zoe")["cause"] == {"act": "confirm_draft"}
    assert lines.times("event", "zoe", type="invoice.overdue") == ["2027-01-23 00:00"]


def test_a_draft_claims_its_charges(shop: Story) -> None:
    drafted(shop)
    shop.automation("bill", "session.started", {"request_payment": {}})
    lines = shop.run()
    assert lines.of("invoice").each("status") == ["draft"]
    assert set(lines.reasons("zoe")) == {"nothing_due"}


def test_what_is_paid_or_cancelled_meanwhile_is_dropped_and_the_owner_told(shop: Story) -> None:
    drafted(shop)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", charges=["o1-b1"])
    shop.does("confirm_draft", at=LATER, contact="zoe")
    lines = shop.run()
    _, invoice = lines.of("invoice", "zoe")
    assert (invoice["total"], invoice["charges"]) == (8000, ["o1-b2"])
    alert = lines.one("alert", reason="draft_changed")
    assert "o1-b1 (paid)" in alert["text"]
    assert "2027-0001 was issued without them" in alert["text"]


def test_where_nothing_is_left_nothing_is_issued(shop: Story) -> None:
    drafted(shop)
    shop.cancels("o1-b1", at="2027-01-06 10:00")
    shop.cancels("o1-b2", at="2027-01-06 11:00")
    shop.does("confirm_draft", at=LATER, contact="zoe")
    lines = shop.run()
    assert lines.one("invoice")["status"] == "draft"
    assert "nothing was left to issue" in lines.one("alert", reason="draft_changed")["text"]
    assert not lines.of("message", "zoe")


def test_a_part_paid_meanwhile_is_shown_as_paid_already(shop: Story) -> None:
    drafted(shop)
    shop.pays("zoe", 1000, at="2027-01-06 10:00", charges=["o1-b1"])
    shop.does("confirm_draft", at=LATER, contact="zoe")
    _, invoice = shop.run().of("invoice", "zoe")
    assert (invoice["total"], invoice["amount_due"]) == (12500, 11500)


def test_what_is_taken_off_a_draft_is_due_again(shop: Story) -> None:
    drafted(shop)
    shop.automation("bill", "session.started", {"request_payment": {}})
    shop.does("edit_draft", at="2027-01-06 10:00", contact="zoe", remove=["o1-b1"])
    shop.does("confirm_draft", at=LATER, contact="zoe")
    lines = shop.run()
    _, confirmed, rest = lines.of("invoice", "zoe")
    assert (confirmed["charges"], confirmed["total"]) == (["o1-b2"], 8000)
    assert (rest["charges"], rest["number"]) == (["o1-b1"], "2027-0002")


def test_deleted_it_frees_its_charges(shop: Story) -> None:
    drafted(shop)
    shop.automation("bill", "session.started", {"request_payment": {}})
    shop.does("delete_draft", at="2027-01-06 10:00", contact="zoe")
    lines = shop.run()
    _, *invoices = lines.of("invoice", "zoe")
    assert [one["charges"] for one in invoices] == [["o1-b1"], ["o1-b2"]]
    assert invoices[0]["number"] == "2027-0001"


def test_an_unknown_charge_is_refused_and_nothing_changes(shop: Story) -> None:
    drafted(shop)
    shop.does("edit_draft", at="2027-01-06 10:00", contact="zoe", remove=["o1-b1", "nothing"])
    shop.does("confirm_draft", at=LATER, contact="zoe")
    lines = shop.run()
    assert lines.one("skipped", "zoe")["cause"] == {"act": "edit_draft"}
    assert lines.of("invoice").each("total") == [12500, 12500]


def test_the_owner_is_reminded_of_a_forgotten_draft_every_week(shop: Story) -> None:
    drafted(shop)
    lines = shop.run(until="2027-01-20 00:00")
    assert lines.times("alert", reason="draft_forgotten") == ["2027-01-12 10:00", "2027-01-19 10:00"]


def test_a_draft_confirms_itself_where_the_settings_say_so(shop: Story) -> None:
    shop.business["billing"] = {"confirm_after": 3}
    drafted(shop)
    lines = shop.run()
    assert lines.times("message", "zoe") == [LATER.replace("09", "10")]
    assert not lines.of("alert", reason="draft_forgotten")


def test_a_professionals_deposit_is_taken_back_on_the_confirmed_invoice(shop: Story) -> None:
    shop.client("zoe", kind="business", company={"name": "Zoé SARL", "siren": "732829320"})
    drafted(shop)
    shop.pays("zoe", 1000, at="2027-01-06 10:00", charges=["o1-b1"])
    shop.does("confirm_draft", at=LATER, contact="zoe")
    lines = shop.run()
    invoice = lines.of("invoice", "zoe", type="380")[-1]
    assert lines.one("invoice", "zoe", type="386")["total"] == 1000
    assert (invoice["total"], invoice["amount_due"]) == (11500, 11500)


def test_what_is_paid_on_a_draft_stays_claimed(shop: Story) -> None:
    drafted(shop)
    shop.automation("paid", "order.paid", {"issue_paid_invoice": {}})
    shop.pays("zoe", 12500, at="2027-01-06 10:00", order="o1")
    lines = shop.run(until="2027-01-08 00:00")
    assert lines.of("invoice").each("status") == ["draft"]
    assert lines.reasons("zoe") == ["nothing_due"]
