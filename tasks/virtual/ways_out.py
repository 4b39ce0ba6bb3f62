"""The ways out of virtual time: every mail and SMS is accepted and none is kept, every card charged for no money."""

from dataclasses import dataclass

from models.consents import Channel
from tasks.gateways.cards import CardProviders
from tasks.gateways.recording import RecordingMail, RecordingSms
from tasks.gateways.recording_cards import RecordingCards
from tasks.gateways.reports import Report
from tasks.messages import Claimed, mail_of, sms_of
from tasks.settings import Settings
from tasks.virtual.delivery import HandOver


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Gateways that only record."""

    hand_over: HandOver
    cards: CardProviders


def ways_out() -> WaysOut:
    """Return ways out on which nothing leaves."""
    mail, sms, sender = RecordingMail(), RecordingSms(), Settings().mail_from

    def hand_over(message: Claimed) -> Report:
        if message.message.channel == Channel.SMS:
            report = sms.send(sms_of(message), lambda: True)
            sms.arrived.clear()
        else:
            report = mail.send(mail_of(message, sender), lambda: True)
            mail.arrived.clear()
        return report

    return WaysOut(hand_over, RecordingCards())
