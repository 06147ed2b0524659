"""Values: what the short way of making a touchpoint gives is what the ordinary one gives, and both check alike."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.errors import InvalidValue, UnknownName
from touchpoints.handles import Handle
from touchpoints.model import OUTCOMES, Participant, Party, Touchpoint

ERIKA = Party(Handle("phone", "+498999998123"), "Erika Muster")
firsts = st.builds(
    Touchpoint,
    st.just(datetime(2026, 1, 5, 9, tzinfo=UTC)),
    st.sampled_from(["phone", "mail", "whatsapp"]),
    st.sampled_from(["in", "out", "mutual"]),
    st.sampled_from(OUTCOMES),
    st.sampled_from([(), (ERIKA,)]),
    line=st.sampled_from([None, "+493023125100"]),
    thread=st.sampled_from([None, "thread"]),
    series=st.sampled_from([None, "series"]),
    ref=st.sampled_from([None, "7"]),
    colleagues=st.sampled_from([(), ("Mara Falk",)]),
    subject=st.sampled_from([None, "Angebot"]),
    duration=st.sampled_from([None, 3.0]),
    participants=st.sampled_from([(), (Participant("caller", ERIKA.handle, "Erika Muster"),)]),
)
given_anew = st.fixed_dictionaries(
    {
        "at": st.sampled_from(
            [datetime(2026, 2, 1, 8, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2026, 2, 1), "today"]
        ),
        "key": st.sampled_from([None, "key"]),
        "outcome": st.sampled_from([*OUTCOMES, "answered"]),
        "duration": st.sampled_from([None, 0, 12.5, -1]),
        "wait": st.sampled_from([None, 4, -0.5, float("nan")]),
        "revision": st.sampled_from([(), (1, "x")]),
        "subject": st.sampled_from([None, "Rückfrage"]),
        "expects_reply": st.sampled_from([None, True, False]),
        "extra": st.sampled_from([{}, {"rounded": "60"}]),
    }
)


@given(firsts, given_anew)
def test_another_of_the_same_people_is_what_the_ordinary_way_makes(first: Touchpoint, values: dict[str, Any]) -> None:
    def made(way: Any) -> Any:
        try:
            return way(**values)
        except (InvalidValue, UnknownName) as error:
            return type(error), str(error)

    short, ordinary = made(first.again), made(lambda **fields: attrs.evolve(first, **fields))
    assert short == ordinary
    if isinstance(short, Touchpoint):
        assert attrs.asdict(short) == attrs.asdict(ordinary)
        assert hash(short) == hash(ordinary)


def test_what_is_made_the_short_way_cannot_be_changed_either() -> None:
    made = Touchpoint(datetime(2026, 1, 5, tzinfo=UTC), "phone", "in").again(datetime(2026, 1, 6, tzinfo=UTC), "a")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.at = made.at + timedelta(days=1)  # type: ignore[misc]  # that it cannot be set is what is tested
