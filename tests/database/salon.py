"""What happened in January 2025 in the shop that the commands are asked about.

zoe booked a cut on the 5th (2025-0001, 45.00), was reminded, and paid 20.00 of it; ada's colour (2025-0002, 80.00) is
paid; leo's yoga (2025-0003, 15.00) was never paid; ada booked twice in a day, so that the second run was skipped; zoe's
later cut waits to be asked for in a far future.
"""

from tests.scenarios.story import ASK, REMIND, Story, mail, wait

FAR = {"days": 3_660}


def tell(shop: Story) -> None:
    """Run the story."""
    shop.span("2025-01-01 00:00", "2025-03-01 00:00")
    shop.business["payment_terms"] = {"days": 14}
    shop.client("leo", name="Léo", phone="+33612345678", tags=["vip"])
    shop.automation(
        "ask", "session.booked", ASK, limit={"times": 1, "per": "24h", "over": "skip"}, services=["cut", "colour"]
    )
    shop.automation("class", "session.ended", ASK, services=["yoga"])
    shop.automation("remind", "invoice.overdue", REMIND, stop_when=["invoice.paid"])
    shop.automation("birthday", "session.booked", wait(**FAR), mail("Encore !"), services=["cut"])
    cut = shop.books("zoe", "cut", at="2025-01-05 10:00", when="2025-01-08 14:00")
    shop.books("ada", "colour", at="2025-01-06 10:00", when="2025-01-09 14:00")
    shop.books("ada", "colour", at="2025-01-06 11:00", when="2025-01-10 14:00")
    shop.books("leo", "yoga", at="2025-01-07 10:00", when="2025-01-11 18:00")
    shop.pays("ada", 8000, at="2025-01-10 09:00", invoice="2025-0002")
    shop.pays("zoe", 2000, at="2025-02-01 09:00", method="cash", order=cut.id)
    shop.pays("leo", 700, at="2025-02-10 09:00", charges=["nothing-known"])
    shop.run()
