"""Opening a shop: its business, contacts, services and automations become rows; doing it again changes what differs."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.business import Business
from models.contacts import know_contact, know_service
from models.identifiers import stamp
from models.shop_file import PublishedText, ShopFile
from tasks.engine import lock
from tasks.loading import Loader, Seeds
from tasks.publishing import Waiting, publish
from tasks.writing import copy, update, write

SOURCE = "/shop-file"


def open_shop(connection: Connection[Any], shop_file: ShopFile, now: datetime, *, actor: str = "operator") -> list[str]:
    """Create or update a shop as its file says; return what was done, a line each."""
    business = shop_file.business
    lock(connection, [business.id])
    done = _business(connection, business)
    _people_and_services(connection, shop_file, now)
    done += [f"contact {contact.id}" for contact, _ in shop_file.contacts]
    done += [f"service {service.id}" for service in shop_file.services]
    done += publish_all(connection, business.id, shop_file.automations, now, actor=actor)
    return done


def _business(connection: Connection[Any], business: Business) -> list[str]:
    known = connection.execute(
        "SELECT rules_version, created_at FROM businesses WHERE id = %s", (business.id,)
    ).fetchone()
    if known is None:
        copy(connection, Business, [business])
        return [f"business {business.id}: created"]
    update(connection, Business, [dataclasses.replace(business, rules_version=known[0], created_at=known[1])])
    return [f"business {business.id}: updated"]


def _people_and_services(connection: Connection[Any], shop_file: ShopFile, now: datetime) -> None:
    name = shop_file.business.id
    seeds = Seeds()
    seeds.add("contacts", name, [contact.id for contact, _ in shop_file.contacts])
    seeds.add("services", name, [service.id for service in shop_file.services])
    shop = Loader(connection, now, [name]).load(seeds)[name]
    mark = stamp(now, SOURCE, "0")
    for data, billing in shop_file.contacts:
        contact = know_contact(shop, data, mark)
        contact.billing = billing if billing is not None else contact.billing
    for service in shop_file.services:
        know_service(shop, service, mark)
    write(connection, [shop])


def publish_all(
    connection: Connection[Any], business_id: str, texts: Iterable[PublishedText], now: datetime, *, actor: str
) -> list[str]:
    """Publish automations, those that are new or differ."""
    return [
        line
        for published in texts
        if (line := publish(connection, business_id, published, now, waiting=Waiting.FINISH, actor=actor).done)
    ]
