"""The diary: bookings, sessions, and orders whole."""

from models.booking import Booking, Order, Session
from models.charge import Charge
from models.diary import says_more
from tasks.arrays import pairs_sql, spread
from tasks.bringing.shelves import Bringer
from tasks.seeds import Seeds


class Diary(Bringer):
    """Brings bookings with what is decided together with them."""

    def _bookings_named(self, seeds: Seeds) -> None:
        """Take named bookings, those of named sessions and beside them, those that a service's version may change."""
        known = seeds.pairs
        self._by(Booking, "bookings", "id", known["bookings"])
        self._by(Session, "sessions", "id", known["sessions"])
        for name, told in seeds.described:
            session = self.shops[name].sessions.get(told.id)
            begun = told.starts_at <= self.now  # it is announced at once, but to nobody twice
            if session is not None and (begun or says_more(session, told)):
                seeds.add("classes", name, [told.id])
        moved = [(name, seat) for name, seat in self._everything("bookings") if (name, seat.id) in seeds.moved]
        known["classes"] |= {(name, seat.session_id) for name, seat in moved if seat.session_id}
        self._by(Booking, "bookings", "session_id", known["classes"])
        self._beside(seeds)
        self._priced(seeds)
        known["orders"] |= self._all("bookings", "order_id")

    def _beside(self, seeds: Seeds) -> None:
        """Take the other seats that the participants of bookings given back have in the same session."""
        if not seeds.given_back:
            return
        businesses, ids = zip(*seeds.given_back, strict=True)
        rows = self._shelve(
            Booking,
            "bookings",
            "(t.business_id, t.session_id, t.contact_id) IN (SELECT b.business_id, b.session_id, b.contact_id"  # noqa: S608  # names are ours
            f" FROM bookings b WHERE (b.business_id, b.id) IN (SELECT * FROM {pairs_sql()}))",
            spread(businesses),
            spread(ids),
        )
        self._find("bookings", "id", {(values[0], values[1]) for values in rows})

    def _priced(self, seeds: Seeds) -> None:
        """Take the bookings whose agreed price may be that of a service's version which is told now."""
        if not seeds.priced:
            return
        businesses, services, moments = zip(*seeds.priced, strict=True)
        rows = self._shelve(
            Booking,
            "bookings",
            "(t.business_id, t.id) IN (SELECT b.business_id, b.id FROM bookings b"
            " JOIN sessions s ON s.business_id = b.business_id AND s.id = b.session_id"
            " JOIN orders o ON o.business_id = b.business_id AND o.id = b.order_id"
            " JOIN unnest(%s::text[], %s::text[], %s::timestamptz[]) AS k(b, s, at)"
            " ON k.b = s.business_id AND k.s = s.service_id WHERE o.waits OR b.placed_at >= k.at"
            " OR (extract(epoch FROM b.placed_at) + 62135596800) * 1000000 <"  # as `models.identifiers.stamp` does
            " (SELECT min(left(v.stamp, 18)::bigint) FROM service_versions v"
            " WHERE v.business_id = k.b AND v.id = k.s))",
            list(businesses),
            list(services),
            list(moments),
        )
        self._find("bookings", "id", {(values[0], values[1]) for values in rows})

    def _orders(self, seeds: Seeds) -> None:
        """Take orders whole: their bookings with sessions, their charges."""
        orders = seeds.pairs["orders"]
        self._by(Order, "orders", "id", orders)
        self._by(Booking, "bookings", "order_id", orders)
        self._by(Charge, "charges", "order_id", orders)
        self._by(Session, "sessions", "id", seeds.pairs["classes"] | self._all("bookings", "session_id"))
