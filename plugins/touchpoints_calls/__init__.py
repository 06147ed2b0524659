"""Call logs: routers, phones, telephone systems, cloud telephony, and any table with a time and a number."""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints.plugins import Importer
from touchpoints_calls.android import AndroidCalls, AndroidMessages
from touchpoints_calls.asterisk import Asterisk
from touchpoints_calls.fritzbox import FritzBox
from touchpoints_calls.google_voice import GoogleVoice
from touchpoints_calls.imazing import IMazing
from touchpoints_calls.sipgate import Sipgate
from touchpoints_calls.starface import Starface
from touchpoints_calls.table import AnyTable
from touchpoints_calls.teams_meetings import TeamsMeetings
from touchpoints_calls.teams_pstn import TeamsPstn
from touchpoints_calls.threecx import ThreeCx
from touchpoints_calls.twilio import Twilio
from touchpoints_calls.zoom import ZoomMeetings, ZoomPhone

touchpoints_api = 1


def touchpoints_importers() -> Iterable[Importer]:
    """One importer for each format, and the fallback for tables nobody else knows."""
    return (
        AndroidCalls(), AndroidMessages(), Asterisk(), FritzBox(), GoogleVoice(), IMazing(), Sipgate(), Starface(),
        TeamsMeetings(), TeamsPstn(), ThreeCx(), Twilio(), ZoomMeetings(), ZoomPhone(), AnyTable(),
    )  # fmt: skip
