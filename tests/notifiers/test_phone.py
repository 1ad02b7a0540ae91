"""Numbers: one spelling inside, none of them whole outside."""

import pytest

from notifiers.errors import NumberError
from notifiers.phone import e164, mask, mask_text, national


@pytest.mark.parametrize(
    "written",
    [
        "13900000001",
        "139 0000 0001",
        "139-0000-0001",
        "+8613900000001",
        "+86 139 0000 0001",
        "008613900000001",
        "8613900000001",
        "１３９０００００００１",  # as a Chinese keyboard types it
        "(139)00000001",
    ],
)
def test_spellings_of_one_mobile(written: str) -> None:
    """However a spreadsheet has it, it is one number."""
    assert e164(written) == "+8613900000001"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0595-23500001", "+8659523500001"),
        ("059523500001", "+8659523500001"),
        ("010-12345678", "+861012345678"),
        ("+1 500 555 0006", "+15005550006"),
        ("+852 2123 4567", "+85221234567"),
    ],
)
def test_other_numbers(written: str, number: str) -> None:
    """Landlines keep their area code, foreign numbers their country."""
    assert e164(written) == number


@pytest.mark.parametrize(
    "written",
    ["", "张三", "1390000001", "139000000011", "12345", "+86139", "110", "23500002", "+0139", "无"],
)
def test_what_cannot_be_dialled(written: str) -> None:
    """A digit too few, a short code, or a word is refused, and the error shows no whole number."""
    with pytest.raises(NumberError) as caught:
        e164(written)
    assert caught.value.code == "phone.invalid"
    if len(written) > 6:
        assert written not in str(caught.value)


@pytest.mark.parametrize(
    ("number", "dialled", "masked"),
    [
        ("+8613900000001", "13900000001", "139****0001"),
        ("+8659523500001", "059523500001", "0595****0001"),
        ("+15005550006", "+15005550006", "+15****0006"),
    ],
)
def test_how_people_see_it(number: str, dialled: str, masked: str) -> None:
    """People here dial without +86, and others see only head and tail."""
    assert national(number) == dialled
    assert mask(number) == masked
    assert mask(dialled) == masked


def test_a_short_number_is_hidden_whole() -> None:
    """What is too short to have a middle shows nothing."""
    assert mask("12345") == "****"


def test_numbers_in_a_text() -> None:
    """Every number in a text is masked; a transfer's code is not one."""
    text = "单号DH20261103-0017,张三13900000001,李四+8613900000002,值班0595-23500001,139 0000 0003"
    assert mask_text(text) == (
        "单号DH20261103-0017,张三139****0001,李四139****0002,值班0595****0001,139****0003"
    )
