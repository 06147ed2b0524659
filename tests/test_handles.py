"""Normal forms of numbers, addresses, profiles and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints import handles
from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle


@pytest.mark.parametrize(
    "raw",
    [
        "+49 30 23125 100",
        "0049 30 23125100",
        "030/23125-100",
        "+49 (0)30 23125-100",
        "030 23125100",
        "Internet: 03023125100",
    ],
)
def test_one_number_has_one_form(raw: str) -> None:
    assert handles.phone(raw, "DE-BE") == Handle("phone", "+493023125100")


def test_a_number_is_read_in_its_region() -> None:
    assert handles.phone("020 7946 0123", "GB") == Handle("phone", "+442079460123")
    assert handles.phone("(212) 555-0123", "US") == Handle("phone", "+12125550123")


@pytest.mark.parametrize("raw", ["", "anonymous", "Unbekannt", "-1", None, "Restricted"])
def test_a_hidden_number_is_no_handle(raw: str | None) -> None:
    assert handles.phone(raw) is None
    assert handles.is_hidden(raw)


@pytest.mark.parametrize("raw", ["**610", "*610", "8001", "34"])
def test_short_numbers_are_extensions_and_never_people(raw: str) -> None:
    found = handles.phone(raw)
    assert found is not None
    assert (found.kind, found.scope) == ("account", "extension")


@pytest.mark.parametrize(
    "raw", ["110", "112", "115", "116117", "11833", "*31#", "*21#", "*21*03023125101#", "#21#", "*#21#"]
)
def test_public_short_numbers_and_codes_for_the_network_are_nobody(raw: str) -> None:
    found = handles.phone(raw)
    assert found is not None
    assert (found.kind, found.scope) == ("account", "service")


@pytest.mark.parametrize("region", ["DE", "AT", "CH", "GB", "FR"])
@pytest.mark.parametrize("raw", ["23125101", "231251", "Internet: 23125101", "231 25-101"])
def test_a_number_without_area_code_is_no_number_outside(raw: str, region: str) -> None:
    found = handles.phone(raw, region)
    assert found is not None
    assert (found.kind, found.scope) == ("account", "number")


def test_a_local_number_has_the_area_code_of_the_own_line_that_tells_it() -> None:
    assert handles.phone("23125101", "DE", "+493023125100") == Handle("phone", "+493023125101")
    assert handles.phone("99998123", "DE-BY", "+498999998100") == Handle("phone", "+498999998123")
    assert handles.phone("(212) 555-0123", "DE", "+12125550100") == Handle("phone", "+12125550123")
    for near in (None, "+491713920000", "+12125550100"):  # no line, a mobile one, one in another country
        found = handles.phone("23125101", "DE", near)
        assert found is not None
        assert found.kind == "account"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("#31#030 23125101", "+493023125101"),
        ("*31#+493023125101", "+493023125101"),
        ("01013030 23125101", "+493023125101"),
        ("0100 13 00442079460123", "+442079460123"),
        ("010 13 0044 20 7946 0123", "+442079460123"),
        ("493023125101", "+493023125101"),
        ("442079460123", "+442079460123"),
        ("1713920012", "+491713920012"),
        ("0800 1234567", "+498001234567"),
        ("030 23125101@sip.example", "+493023125101"),
    ],
)
def test_what_stands_before_a_number_or_was_lost_from_it_is_understood(raw: str, value: str) -> None:
    assert handles.phone(raw, "DE") == Handle("phone", value)


@pytest.mark.parametrize("raw", ["17139200123", "8999998123"])
def test_digits_that_can_be_several_numbers_stay_open(raw: str) -> None:
    found = handles.phone(raw, "DE")  # Houston or a German mobile; Munich without its 0, or a local number
    assert found is not None
    assert (found.kind, found.scope) == ("account", "number")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("MAILTO:Erika.Muster@Example.COM", "erika.muster@example.com"),
        ("<erika@muster.example>", "erika@muster.example"),
        ("erika+offers@muster.example", "erika@muster.example"),
        ("erika@googlemail.com", "erika@gmail.com"),
        ("info@xn--mller-kva.example", "info@müller.example"),
    ],
)
def test_an_address_has_one_form(raw: str, value: str) -> None:
    assert handles.email(raw) == Handle("email", value)


@pytest.mark.parametrize("raw", ["invalid:nomail", "/o=Firm/ou=First/cn=Recipients/cn=erika", "", None, "erika"])
def test_what_is_no_address_is_none(raw: str | None) -> None:
    assert handles.email(raw) is None


def test_the_company_domain_is_registrable_and_never_free_mail() -> None:
    assert handles.company_domain("a@mail.muster.example") == "muster.example"
    assert [handles.company_domain(f"a@{d}") for d in ("gmx.de", "gmail.com", "co.uk", "localhost")] == [None] * 4


def test_role_and_automatic_addresses_are_told_from_people() -> None:
    assert [handles.is_role(a) for a in ("info@x.example", "rechnung@x.example", "erika@x.example")] == [
        True,
        True,
        False,
    ]
    automatic = (
        "no-reply@x.example",
        "noreply+1@x.example",
        "mailer-daemon@x.example",
        "reply@x.example",
        "norbert@x.example",
    )
    assert [handles.is_automatic(a) for a in automatic] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller, Jörg", "Joerg Mueller"), ("Dr. Erika Muster", "erika MUSTER"), ("Größe, Änne", "Aenne Groesse"),
     ("Prof. Dr. Muster, Erika", "Erika Muster"), ("José Peña", "Jose Pena")],
)  # fmt: skip
def test_names_are_equal_when_folded(one: str, other: str) -> None:
    assert handles.same_name(one, other)


def test_profiles_lose_scheme_country_and_query() -> None:
    assert handles.profile("https://de.linkedin.com/in/Erika-Muster/?trk=x").value == "linkedin.com/in/erika-muster"
    assert Handle.of("https://www.linkedin.com/in/erika-muster") == Handle("profile", "linkedin.com/in/erika-muster")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+49 30 23125 100", "phone"),
        ("erika@muster.example", "email"),
        ("linkedin.com/in/x", "profile"),
        ("Erika Muster", "name"),
    ],
)
def test_a_text_is_taken_for_what_it_looks_like(text: str, kind: str) -> None:
    assert Handle.of(text).kind == kind


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Handle.of("  ")


@given(st.text(max_size=40))
def test_nothing_a_file_holds_breaks_a_normal_form(text: str) -> None:
    for value in (handles.phone(text), handles.email(text)):
        if value is not None:
            assert value.value
    folded = handles.fold(text)
    assert handles.fold(folded) == handles.fold(handles.fold(folded))
    handles.company_domain(text)
