"""The ways out of virtual time: every mail is accepted and none is kept, every card is charged and no money moves."""

from dataclasses import dataclass

from tasks.gateways.cards import CardProviders
from tasks.gateways.mail import Report
from tasks.gateways.recording import RecordingMail
from tasks.gateways.recording_cards import RecordingCards
from tasks.messages import Claimed, mail_of
from tasks.settings import Settings
from tasks.virtual.delivery import HandOver


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Gateways that only record."""

    hand_over: HandOver
    cards: CardProviders


def ways_out() -> WaysOut:
    """Return ways out on which nothing leaves."""
    gateway, sender = RecordingMail(), Settings().mail_from

    def hand_over(message: Claimed) -> Report:
        report = gateway.send(mail_of(message, sender), lambda: True)
        gateway.arrived.clear()
        return report

    return WaysOut(hand_over, RecordingCards())
