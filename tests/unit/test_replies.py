"""What a client answers by SMS: which answers mean STOP (R19)."""

import pytest

from models.replies import says_stop


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "STOP!", "STOP 36111", "Stop merci", "Arrêt", "ARRET", "Désabonner", "unsubscribe"],
)
def test_stop_however_it_is_written(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize(
    "text", ["", "?", "OK", "Don't stop", "Je veux un arrêt de bus", "end of the month", "stopper"]
)
def test_what_means_something_else(text: str) -> None:
    assert not says_stop(text)
