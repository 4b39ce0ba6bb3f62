"""Every module that defines rows, so that importing this one makes the metadata whole."""

from models import (
    automation,
    booking,
    business,
    card,
    catalogue,
    changes,
    charge,
    contact,
    event_rows,
    invoice,
    journal,
    message,
    pausing,
    payment,
    payment_link,
    recurrence,
)

ROW_MODULES = (
    automation,
    booking,
    business,
    card,
    catalogue,
    changes,
    charge,
    contact,
    event_rows,
    invoice,
    journal,
    message,
    pausing,
    payment,
    payment_link,
    recurrence,
)
