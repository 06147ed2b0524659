"""Where we work, and where a number or a zone lies: country, and the Land (Bundesland, canton) where an area code decides it.

Area codes are those of the national numbering plans (Bundesnetzagentur, RTR, BAKOM). Codes that cross a border of
Länder are left out, so `land_of` gives the country alone for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from touchpoints import handles
from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle
from touchpoints.language import Text, english
from touchpoints.settings import Settings
from touchpoints.setup.look import FirstLook
from touchpoints.setup.proposal import Proposal
from touchpoints.times import iana

_LANDS = {
    49: """
        BE 30 · HH 40 · HB 421 471 · BY 8 90 91 92 94 95 96 97 98 99 · BW 70 711 713 714 715 716 717 719 72 74 75 76 77 78
        HE 611 612 614 615 617 618 641 642 643 644 645 646 647 66 69 561 562 566 565 · RP 613 631 632 633 651 653 656 261
        262 263 264 265 266 267 · SL 681 682 683 684 685 686 687 688 689 · NW 20 21 221 220 222 223 224 225 226 227 228
        229 23 24 250 251 252 253 254 255 256 257 258 259 28 29 521 522 523 524 525 · NI 441 442 443 444 445 447 448
        449 49 51 531 533 534 535 541 542 543 544 546 551 552 553 555 58 59 · SH 431 433 434 435 436 438 451 452 453 454
        455 456 46 481 482 483 484 485 486 · MV 381 382 383 384 385 395 396 397 399 · BB 331 332 334 335 336 337 338 355
        SN 341 342 343 351 352 371 372 373 374 375 376 377 · ST 340 345 346 347 349 391 392 393 394 · TH 361 362 363 364
        365 366 367 368 369
    """,
    43: "9 1 · 6 316 · 4 732 · 5 662 · 7 512 · 2 463 · 8 5572 5574 · 3 2742 · 1 2682",
    41: "ZH 44 43 · BE 31 · BS 61 · GE 22 · VD 21 · LU 41 · SG 71",
}  # fmt: skip
"""Country code → Land, then its area codes without the leading zero."""


@cache
def _codes() -> dict[int, dict[str, str]]:
    table: dict[int, dict[str, str]] = {}
    for country, text in _LANDS.items():
        codes = table[country] = {}
        land = ""
        words = text.replace("·", " · ").split()
        for before, word in zip(["·", *words], words, strict=False):
            if word == "·":
                continue
            if before == "·" or not word.isdigit():
                land = word
            else:
                codes[word] = land
    return table


def land_of(number: str) -> str | None:
    """The region (ISO 3166-2, else 3166-1) of a landline in E.164; `None` for a mobile or an unknown number."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    landline = (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    country = phonenumbers.region_code_for_number(parsed)
    if not country or country == "001" or phonenumbers.number_type(parsed) not in landline:
        return None
    digits = str(parsed.national_number)
    codes = _codes().get(parsed.country_code or 0, {})
    for length in range(min(5, len(digits)), 0, -1):
        if land := codes.get(digits[:length]):
            return f"{country}-{land}"
    return str(country)


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """Zone → its countries (ISO 3166-1), as the time zone database has them."""
    from importlib.resources import files

    table = {}
    for row in (files("tzdata") / "zoneinfo" / "zone1970.tab").read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            countries, _, zone, *_ = row.split("\t")
            table[zone] = tuple(countries.split(","))
    for row in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            country, _, zone, *_ = row.split("\t")
            table[zone] = (country,)
    return table


def country_of_zone(zone: str) -> str | None:
    """The country that a zone is named for."""
    countries = _zones().get(zone, ())
    return countries[0] if countries else None


def zone_of_country(country: str) -> str | None:
    """The one zone of a country; `None` where it has several."""
    zones = [zone for zone, countries in _zones().items() if countries[0] == country and "Busingen" not in zone]
    return zones[0] if len(zones) == 1 else None


def known_region(text: str) -> str | None:
    """A region as settings write it (DE, DE-BE), `None` if its country or Land is unknown."""
    import holidays

    country, _, land = text.strip().upper().partition("-")
    lands = holidays.list_supported_countries().get(country)
    if lands is None or (land and land not in lands):
        return None
    return f"{country}-{land}" if land else country


# -- where we work ------------------------------------------------------------------------------------------------------


def _zone(text: str) -> Mapping[str, Any]:
    if iana(text.strip()) is None:
        raise InvalidValue(english("'{zone}' is no time zone; write an IANA name such as Europe/Berlin", zone=text))
    return {"timezone": text.strip()}


def _region(text: str) -> Mapping[str, Any]:
    if (region := known_region(text)) is None:
        raise InvalidValue(
            english("'{text}' is no region; write a country such as DE, or with its Land such as DE-BE", text=text)
        )
    return {"region": region}


def where(look: FirstLook, settings: Settings, numbers: Sequence[str], machine_zone: str | None) -> Iterator[Proposal]:
    """Time zone and region; `machine_zone`: of the machine, for exports that name none."""
    zones = sum((f.zones for f in look.files), Counter[str]())
    zone = settings.timezone
    region = settings.region or _region_of(look, numbers)
    if zone is None:
        total = zones.total()
        country = region[0].partition("-")[0] if isinstance(region, tuple) else None
        if zones:
            zone, n = zones.most_common(1)[0]
            evidence, certain = Text("{k} of {n} events in the calendars", k=n, n=total), n >= 0.95 * total and n >= 5
        elif country and (zone := zone_of_country(country)):
            certain = zone == machine_zone
            evidence = Text("the only one of {country}, and that of this machine", country=country)
            if not certain:
                evidence = Text("the only one of {country}", country=country)
        elif machine_zone:
            zone, certain = machine_zone, False
            evidence = Text("no export names one; that of this machine")
        if zone is not None:
            yield Proposal(
                "timezone", Text("Your time zone is {zone}.", zone=zone), {"timezone": zone}, (evidence,), _zone, certain,
                tuple(z for z in zones if z != zone)[:5],
            )  # fmt: skip
        else:
            yield Proposal("timezone", Text("Your time zone cannot be told from the exports."), {}, (), _zone)
    if settings.region is None:
        if isinstance(region, tuple):
            where, evidence = region
            yield Proposal(
                "region", Text("For numbers and public holidays you are in {region}.", region=where), {"region": where},
                (evidence,), _region,
            )  # fmt: skip
        elif zone is not None and (country := country_of_zone(zone)):
            yield Proposal(
                "region", Text("For numbers and public holidays you are in {region}.", region=country),
                {"region": country}, (Text("the country of {zone}; add the Land, such as DE-BE", zone=zone),), _region,
            )  # fmt: skip


def _region_of(look: FirstLook, numbers: Sequence[str]) -> tuple[str, Text] | None:
    """From own numbers, else from the landlines one talks to."""
    own = [n for n in numbers if n.startswith("+")]
    for f in look.files:
        own += [h.value for line in f.lines if line.startswith(("+", "0")) and (h := handles.phone(line)) is not None]
    for number in own:
        if number.startswith("+") and (land := land_of(number)):
            return land, Text("own number {number}", number=Handle("phone", number).shown)
    lands, landlines = Counter[str](), 0
    for f in look.files:
        for number, n in f.landlines.items():
            if land := land_of(number):
                lands[land] += n
                landlines += n
    if landlines >= 10:
        land, n = lands.most_common(1)[0]
        if n >= 0.4 * landlines:
            return land, Text("{k} of {n} calls with landlines are with numbers there", k=n, n=landlines)
    return None
