"""The triggers that let nobody change what was issued or booked, whatever asks for it (R13, R15).

They look only at statements that set a frozen column, and only where its value differs: what lives on a row - its
status, its balance - is written at no cost. A migration that adds a column to such a table freezes it again.
"""

from collections.abc import Iterator, Sequence

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% % is part of the books: % is refused. Correct it by an entry, a credit note or a refund.',
        TG_TABLE_NAME, coalesce(to_jsonb(OLD) ->> 'number', to_jsonb(OLD) ->> 'id', to_jsonb(OLD)::text), TG_OP
        USING ERRCODE = 'restrict_violation';
END $$"""
REFUSE_EMPTYING = """
CREATE OR REPLACE FUNCTION refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% is part of the books: it can not be emptied.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$"""
REFUSE_PART = """
CREATE OR REPLACE FUNCTION refuse_change_of_part() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM invoices WHERE (business_id, id) = (OLD.business_id, OLD.invoice_id)
                                      AND status <> 'draft') THEN
        RAISE EXCEPTION '% % of document % is issued: % is refused. Write a credit note.',
            TG_TABLE_NAME, OLD.position, OLD.invoice_id, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$"""

_WHOSE = "nullif(current_setting('relance.erases', true), '')::jsonb"
_BUSINESS = f"{_WHOSE} ->> 'business' = OLD.business_id"
ERASED = f"coalesce({_BUSINESS} AND jsonb_exists({_WHOSE} -> 'clients', OLD.contact_id), false)"
"""Whether the transaction has said whom it erases, and a row is of that client."""


def freeze(
    table: str,
    frozen: Sequence[str],
    *,
    once: Sequence[str] = (),
    where: str = "true",
    name: str = "frozen",
    part: bool = False,
    erasable: Sequence[str] = (),
) -> Iterator[str]:
    """Yield what freezes columns of the rows `where` it holds; those set `once` may be filled, then no more.

    `part` tells that a row is frozen with the document that it is of. An `erasable` column is set once too, and emptied
    where the transaction says that it erases the client of the row (`ERASED`).
    """
    refuse = "refuse_change_of_part" if part else "refuse_change"
    changed = [f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in frozen]
    changed += [f"OLD.{one} IS NOT NULL AND OLD.{one} IS DISTINCT FROM NEW.{one}" for one in once]
    changed += [
        f"OLD.{one} IS NOT NULL AND OLD.{one} IS DISTINCT FROM NEW.{one} AND NOT (NEW.{one} IS NULL AND {ERASED})"
        for one in erasable
    ]
    yield (
        f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OF {', '.join((*frozen, *once, *erasable))} ON {table}"
        f" FOR EACH ROW WHEN (({where}) AND ({' OR '.join(changed)})) EXECUTE FUNCTION {refuse}()"
    )


def keep(table: str, *, where: str = "true", part: bool = False) -> Iterator[str]:
    """Yield what lets no row be deleted where it holds, nor the table be emptied."""
    refuse = "refuse_change_of_part" if part else "refuse_change"
    yield (
        f"CREATE OR REPLACE TRIGGER kept BEFORE DELETE ON {table} FOR EACH ROW"
        f" WHEN ({where}) EXECUTE FUNCTION {refuse}()"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER kept_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_emptying()"
    )
