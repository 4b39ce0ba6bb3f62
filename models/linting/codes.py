"""The codes of what the lint finds: each says what is the matter, why it matters, and how to mend it.

A code keeps its meaning for ever; `docs/automations.md` explains each with an example.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """A00x limits and goals, A01x conditions, A02x waits, A03x messages, A04x fees and terms, A05x what is to come."""

    NO_GOAL = "A001"
    NO_LIMIT = "A002"
    NEVER_ASKED = "A003"
    NOTHING_TO_MERGE = "A004"
    MERGED_PAST_STEPS = "A005"
    FEE_NOT_MERGED = "A006"
    NEVER_TRUE = "A010"
    ALWAYS_TRUE = "A011"
    UNREACHABLE = "A012"
    IN_THE_PAST = "A020"
    PAST_GOAL = "A021"
    NOTHING_AFTER = "A022"
    NOT_ASCENDING = "A023"
    SHORTER_THAN_NIGHT = "A024"
    NO_FALLBACK = "A030"
    NO_CHANNEL = "A031"
    STARTS_ITSELF = "A032"
    NO_POLICY = "A040"
    LONG_TERMS = "A041"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is the matter (with the finding's own words in braces), why that matters, and how to mend it."""

    what: str
    why: str
    mend: str


ADVICE: Mapping[Code, Advice] = {
    Code.NO_GOAL: Advice(
        "it reminds, and no goal ends it",
        "Once the money is there each reminder is skipped, but the run goes on to its end and sends what else it has.",
        "Write stop_when: [invoice.paid, invoice.voided].",
    ),
    Code.NO_LIMIT: Advice(
        "{action} has no limit",
        "A client about whom this happens five times a day gets five messages a day.",
        "Write limit: {limit}.",
    ),
    Code.NEVER_ASKED: Advice(
        "over this limit money is not asked for",
        "What comes beyond it is skipped for good: its client is never asked by this automation.",
        "{mend}",
    ),
    Code.NOTHING_TO_MERGE: Advice(
        "{trigger} leaves nothing to merge",
        "What an invoice asks for is billed already, so that over the limit nothing is noted and nothing goes out.",
        "Write over: skip if that is meant, over: defer to send it when a slot is free.",
    ),
    Code.MERGED_PAST_STEPS: Advice(
        "what is merged skips the steps before this request",
        "At the end of the window a merged request begins here: no condition above is asked, no step above is done.",
        "Put conditions into trigger.where, or write over: defer.",
    ),
    Code.FEE_NOT_MERGED: Advice(
        "over this limit the charge is not added",
        "Merged is what is owed already: a charge that a run would add is never made for what comes over the limit.",
        "Write over: defer, or count by order or session.",
    ),
    Code.NEVER_TRUE: Advice(
        "this can never be true",
        "{consequence}",
        "Look at the values: no {property} fits all that is asked of it here.",
    ),
    Code.ALWAYS_TRUE: Advice(
        "this is always true here",
        "The steps above have asked it already, or it leaves no value out: its else never runs.",
        "Leave the condition out, or ask for something else.",
    ),
    Code.UNREACHABLE: Advice(
        "no run comes to this step",
        "Every way before it ends.",
        "Take the end above away, or these steps.",
    ),
    Code.IN_THE_PAST: Advice(
        "this waits for what is past when {trigger} starts the run",
        "A wait that is over runs on at once, and beyond the tolerance its messages are stale.",
        "Wait for something that is still to come, or for a length of time.",
    ),
    Code.PAST_GOAL: Advice(
        "the goal {goal} is reached before this",
        "The run ends there, so that nothing after it is ever done.",
        "Take the goal away, or do these steps before it.",
    ),
    Code.NOTHING_AFTER: Advice(
        "nothing comes after this wait",
        "The run only waits, and ends.",
        "Take the wait away, or write what it waits for.",
    ),
    Code.NOT_ASCENDING: Advice(
        "this is not later than {before}",
        "Steps go on in their order: both go out at one instant, and late only the last is sent.",
        "Put the steps in the order of their time, with a wait between two that ask for money.",
    ),
    Code.SHORTER_THAN_NIGHT: Advice(
        "the tolerance is shorter than the quiet hours from {quiet}",
        "The tolerance looks at the step, not at the mail: what quiet hours hold goes out after them, however late.",
        "Wait until a time of day before the message, or make the tolerance as long as the night.",
    ),
    Code.NO_FALLBACK: Advice(
        "{name} may be missing and has no fallback",
        "A message with a missing value is not sent.",
        "Write {{{{ {name} | default: '…' }}}}, or ask for it with {{% if {name} %}}.",
    ),
    Code.NO_CHANNEL: Advice(
        "this business does not use {channel}",
        "The message goes by another channel.",
        "Leave the channel out, or add it to the business's channels.",
    ),
    Code.STARTS_ITSELF: Advice(
        "{action} raises what starts this automation",
        "It starts itself again and again, until it is parked as a loop.",
        "Give it a limit, or another trigger.",
    ),
    Code.NO_POLICY: Advice(
        "this charge after {trigger} does not say which fee it is",
        "Only a fee asks for the policy that the client has accepted; any other charge is made without.",
        "Write fee: price_kept, or fee: indemnity.",
    ),
    Code.LONG_TERMS: Advice(
        "{complaint}",
        "An invoice with longer terms breaks the law of the seller's country when it goes to such a payer.",
        "Write a shorter due_in, or let only consumers through.",
    ),
}
