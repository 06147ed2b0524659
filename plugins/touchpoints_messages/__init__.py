"""Chats and social networks: WhatsApp, LinkedIn, Telegram, Signal, Slack, Teams, Facebook, Instagram, Google Chat, Discord and
iMessage exports."""

from __future__ import annotations

from touchpoints.plugins import Importer
from touchpoints_messages.discord import Discord
from touchpoints_messages.google_chat import GoogleChat
from touchpoints_messages.imazing import IMazingMessages
from touchpoints_messages.imessage import IMessage
from touchpoints_messages.linkedin import Invitations, LinkedIn, LinkedInRest
from touchpoints_messages.meta import Facebook
from touchpoints_messages.signal import Signal
from touchpoints_messages.slack import Slack, SlackLists, SlackUsers
from touchpoints_messages.teams import Teams, TeamsPersonal
from touchpoints_messages.telegram import Telegram
from touchpoints_messages.whatsapp import WhatsApp

touchpoints_api = 1


def touchpoints_importers() -> list[Importer]:
    """One importer a kind of export."""
    return [
        WhatsApp(), LinkedIn(), Invitations(), LinkedInRest(), Telegram(), Signal(), Slack(), SlackUsers(), SlackLists(), Teams(),
        TeamsPersonal(), Facebook(), GoogleChat(), Discord(), IMazingMessages(), IMessage(),
    ]  # fmt: skip
