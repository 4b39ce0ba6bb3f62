"""The doctor: looks at everything that must be right for the system to work, and says how to mend what is not."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from redis import Redis

from deploy.failures import explain
from deploy.local import Addresses, discover
from deploy.local.cards import SettledProviders
from deploy.local.texting import sms_gateway
from models.db import make_engine, raw, require_schema, schema_versions
from models.errors import ConfigurationError
from models.pausing import in_words
from tasks.bells import BEAT
from tasks.books import check_books
from tasks.gateways.redis_client import connect
from tasks.gateways.smtp_server import ServerAwayError, SmtpServer
from tasks.gateways.stream import RedisStream
from tasks.reading.attention import AWAITING, STATES, attention
from tasks.reading.office import Line
from tasks.reading.pauses import pauses
from tasks.reading.troubles import Troubles, troubles
from tasks.settings import Settings, load

OTHER_VARIABLES = ("RELANCE_DEBUG", "RELANCE_FLOWER_USER", "RELANCE_FLOWER_PASSWORD")
LATE = timedelta(seconds=30)
"""Events that wait longer are a finding; so is a beat that has not looked for so long."""
RECENT = timedelta(days=1)
"""How long ago something is still a finding."""
MORE_HANDS = "Start more workers on the queue `events`, or look at their logs."
WAITAOF_SINCE = (7, 2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    ok: bool
    detail: str
    mend: str = ""


Check = Callable[[Addresses], Iterator[Finding]]


def examine(*, books: bool = False) -> Iterator[Finding]:
    """Look at one thing after the other, last at the books if asked to; a server out of reach is a finding as well."""
    settings = load()
    yield _variables()
    servers = discover(settings)
    checks: dict[str, Check] = {"database": _database, "redis": _redis, "mail": _mail, "sms": _sms, "cards": _cards}
    for name, look in (checks | ({"books": _books} if books else {})).items():
        try:
            yield from look(servers)
        except Exception as error:
            failure = explain(error)
            if failure is None:
                raise
            yield Finding(name, ok=False, detail=failure.what, mend=failure.mend)


def _books(servers: Addresses) -> Iterator[Finding]:
    require_schema(servers.database)
    engine = make_engine(servers.database)
    try:
        with engine.connect() as connection:
            breaches = check_books(raw(connection))
    finally:
        engine.dispose()
    mend = "`relance books verify` names each one." if breaches else ""
    detail = (
        f"Breaches: {len(breaches)}. The first, of {breaches[0].business_id}: {breaches[0].text}" if breaches else ""
    )
    yield Finding("books", not breaches, detail or "The books balance.", mend)


def _variables() -> Finding:
    known = {f"RELANCE_{name.upper()}" for name in Settings.model_fields} | set(OTHER_VARIABLES)
    unknown = sorted(name for name in os.environ if name.startswith("RELANCE_") and name not in known)
    if not unknown:
        return Finding("settings", ok=True, detail="Every variable RELANCE_… is known.")
    near = [name for word in unknown for name in get_close_matches(word, known, n=1)]
    hint = f" Is {' and '.join(near)} meant?" if near else ""
    return Finding("settings", False, f"Nothing reads {', '.join(unknown)}.", f"Correct or remove it.{hint}")


def _database(servers: Addresses) -> Iterator[Finding]:
    engine = make_engine(servers.database)
    try:
        with engine.connect() as connection:
            version = connection.exec_driver_sql("SHOW server_version").scalar_one()
            yield Finding("database", ok=True, detail=f"PostgreSQL {version} answers.")
            found, needed = schema_versions(servers.database)
            detail = f"The schema is at version {found or 'none'}, this code needs {needed}."
            yield Finding("schema", found == needed, detail, "" if found == needed else "Run `relance migrate`.")
            if found == needed:
                yield _pauses(pauses(raw(connection)))
                yield _automations(attention(raw(connection)))
                yield from _troubles(troubles(raw(connection), datetime.now(UTC) - RECENT))
    finally:
        engine.dispose()


def _troubles(seen: Troubles) -> Iterator[Finding]:
    age = datetime.now(UTC) - seen.oldest if seen.oldest else timedelta(0)
    detail = f"{seen.waiting} wait to be decided, the oldest for {age.total_seconds():.0f} s." if seen.waiting else ""
    yield Finding("waiting events", age < LATE, detail or "None waits to be decided.", "" if age < LATE else MORE_HANDS)
    detail = f"{seen.failing} rows failed and are tried again. The latest: {seen.reason}" if seen.failing else ""
    mend = "Look at the alerts, and at the workers' logs." if seen.failing else ""
    yield Finding("setbacks", not seen.failing, detail or "Nothing that failed is tried again.", mend)
    detail = f"What is due went on beside waiting events in {seen.behind} businesses in the last 24 hours."
    told = detail if seen.behind else "What is due waits for the events before it."
    yield Finding("order", not seen.behind, told, MORE_HANDS if seen.behind else "")
    detail = f"{seen.unread} could not be read and wait for a person." if seen.unread else "All are read, or will be."
    mend = "`relance payments webhooks list --failed` says why; then `replay`." if seen.unread else ""
    yield Finding("webhooks", not seen.unread, detail, mend)


def _pauses(lines: Sequence[Line]) -> Finding:
    words = [f"{in_words(p['business'] or '', p['stops'], p['channel'])}{_until(p['until'])}" for p in lines]
    mend = "`relance resume` with the same options lets it go on." if words else ""
    return Finding(
        "pauses", ok=True, detail=f"Paused: {', '.join(words)}." if words else "Nothing is paused.", mend=mend
    )


def _automations(lines: Sequence[Line]) -> Finding:
    """Tell of automations that stand still; what only waits for a yes is nothing wrong."""
    count = Counter(line["is"] for line in lines)
    words = [f"{count[state]} {state}" for state in STATES if count[state]]
    ok = set(count) <= {AWAITING}
    mend = "`relance status` says which and why; what is parked goes on when it is published or resumed."
    detail = f"{'Automations: ' + ', '.join(words) if words else 'No automation needs a person'}."
    return Finding("automations", ok, detail, mend if words else "")


def _until(end: datetime | None) -> str:
    return f" until {end:%Y-%m-%d %H:%M}" if end else ""


def _redis(servers: Addresses) -> Iterator[Finding]:
    redis = connect(servers.redis)
    try:
        yield from _redis_settings(redis)
        yield _beat(redis)
        yield _stream(redis)
    finally:
        redis.close()


def _redis_settings(redis: Redis) -> Iterator[Finding]:
    version = str(redis.info("server")["redis_version"])
    confirms = tuple(int(part) for part in version.split(".")[:2]) >= WAITAOF_SINCE
    detail = f"Redis {version} answers" + ("." if confirms else ", but can't confirm that events are on its disk.")
    yield Finding("redis", ok=True, detail=detail, mend="" if confirms else "Version 7.2 or newer can (WAITAOF).")
    policy = redis.config_get("maxmemory-policy")["maxmemory-policy"]
    yield Finding(
        "redis eviction",
        ok=policy == "noeviction",
        detail=f"maxmemory-policy is {policy}.",
        mend="" if policy == "noeviction" else "Set `maxmemory-policy noeviction`, or a full Redis throws work away.",
    )
    durable = redis.config_get("appendonly")["appendonly"] == "yes"
    yield Finding(
        "redis durability",
        ok=durable,
        detail=f"The append-only file is {'on' if durable else 'off'}.",
        mend="" if durable else "Set `appendonly yes`, or a restart loses the events that were not read yet.",
    )


def _beat(redis: Redis) -> Finding:
    last = redis.get(BEAT)
    if not isinstance(last, bytes):
        return Finding("beat", False, "No beat has looked for a minute.", "Start one: `celery -A worker.app beat`.")
    age = datetime.now(UTC) - datetime.fromisoformat(last.decode())
    mend = "" if age < LATE else "Look at its log: it does not reach Redis or PostgreSQL, or it hangs."
    return Finding("beat", age < LATE, f"Beat looked {age.total_seconds():.1f} s ago.", mend)


def _stream(redis: Redis) -> Finding:
    stream = RedisStream(redis, load().events_key)
    oldest = stream.oldest_unread()
    if oldest is None:
        return Finding("events", ok=True, detail="No event waits.")
    age = datetime.now(UTC) - oldest
    mend = "" if age < LATE else MORE_HANDS
    return Finding("events", age < LATE, f"{stream.length()} wait, the oldest for {age.total_seconds():.0f} s.", mend)


def _mail(servers: Addresses) -> Iterator[Finding]:
    server = SmtpServer.parse(servers.smtp)
    try:
        with server.connect(timeout=5):
            pass
    except ServerAwayError as error:
        yield Finding("mail", False, str(error), "Start it, or correct RELANCE_SMTP_URL.")
    else:
        yield Finding("mail", ok=True, detail=f"The mail server {server.host}:{server.port} lets us in.")


def _sms(servers: Addresses) -> Iterator[Finding]:
    """Ask the SMS gateway; without one it is a finding where a business wants SMS."""
    gateway = sms_gateway(load())
    if gateway is not None:
        flaw = gateway.ping()
        mend = "Start it, or correct RELANCE_SMS_URL and RELANCE_SMS_KEY." if flaw else ""
        yield Finding("sms", not flaw, flaw or "The SMS gateway answers.", mend)
        return
    engine = make_engine(servers.database)
    try:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT id FROM businesses WHERE channels @> '[\"sms\"]' ORDER BY id")
            names = [row[0] for row in rows]
    finally:
        engine.dispose()
    told = f"No SMS gateway is set up: {', '.join(names)} {'use' if len(names) > 1 else 'uses'} e-mail instead."
    mend = "Set RELANCE_SMS_URL, or take `sms` out of their channels." if names else ""
    yield Finding("sms", not names, told if names else "No SMS gateway is set up, and nobody wants one.", mend)


def _cards(servers: Addresses) -> Iterator[Finding]:
    """Ask every card provider that some business uses."""
    engine = make_engine(servers.database)
    try:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT DISTINCT cards ->> 'provider' FROM businesses ORDER BY 1")
            names = [row[0] for row in rows if row[0]]
    finally:
        engine.dispose()
    providers = SettledProviders(load())
    if not names:
        yield Finding("cards", ok=True, detail="No business takes cards.")
    for name in names:
        try:
            flaw = providers.of(name).ping()
        except ConfigurationError as error:
            flaw = str(error)
        mend = f"Start it, or correct the settings of {name}: docs/cards.md names them." if flaw else ""
        yield Finding("cards", not flaw, flaw or f"The card provider {name} answers.", mend)
