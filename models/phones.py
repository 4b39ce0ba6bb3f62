"""Mobile numbers: which of the numbers that people type can take an SMS (R19)."""

from functools import lru_cache

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
)

# Some plans, such as North America's, do not tell mobile numbers from others.
_TAKES_SMS = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def is_number(text: str, region: str | None) -> bool:
    """Whether a text is a phone number, also one that takes no SMS; without a country code it is one of `region`."""
    try:
        return is_valid_number(parse(text, region))
    except NumberParseException:
        return False


@lru_cache(maxsize=65536)
def mobile(number: str | None, region: str | None) -> str | None:
    """Return a valid mobile number in E.164 (`+33612345678`), else None.

    A number without a country code is read as one of `region` (ISO 3166, the business's country).
    """
    try:
        parsed = parse(number or "", region)
    except NumberParseException:
        return None
    if not is_valid_number(parsed) or number_type(parsed) not in _TAKES_SMS:
        return None
    return str(format_number(parsed, PhoneNumberFormat.E164))
