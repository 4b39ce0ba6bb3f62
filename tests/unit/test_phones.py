"""Which numbers can take an SMS (R19)."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from models.phones import mobile


@pytest.mark.parametrize(
    ("number", "region", "found"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("+33612345678", None, "+33612345678"),
        ("+33612345678", "US", "+33612345678"),
        ("(202) 456-1111", "US", "+12024561111"),
        ("079 210 12 34", "CH", "+41792101234"),
    ],
)
def test_a_mobile_number_is_found_however_it_is_typed(number: str, region: str | None, found: str) -> None:
    assert mobile(number, region) == found


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("01 42 68 53 00", "FR"),
        ("0800 123 456", "FR"),
        ("06 12 34", "FR"),
        ("06 12 34 56 78", None),
        ("06 12 34 56 78", "ZZ"),
        ("call me", "FR"),
        ("", "FR"),
        (None, "FR"),
        ("+999 123456789", "FR"),
        ("9" * 300, "FR"),
    ],
)
def test_what_takes_no_sms_is_none(number: str | None, region: str | None) -> None:
    assert mobile(number, region) is None


@given(st.text(max_size=30), st.sampled_from(["FR", "US", "XX", "", None]))
def test_nothing_that_people_type_is_an_error(number: str, region: str | None) -> None:
    found = mobile(number, region)
    assert found is None or mobile(found, None) == found


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_mobile_numbers_of_every_region_are_mobile(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if example:
        typed = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
        assert mobile(typed, region) == phonenumbers.format_number(example, PhoneNumberFormat.E164)
