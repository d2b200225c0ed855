"""Every error of kafka-python's producer becomes one of ours, of the kind that says what to do."""

from __future__ import annotations

import pytest
from kafka import errors as kafka_errors

from bandit.errors import CommitUnknown, LogBusy, LogError, RecordTooLarge
from streams.kafka_log.producer_errors import FENCED, TOO_LARGE, Fenced, IdExpired, log_error

LOG, ID = "kafka://host:9092", "poolwise-0"


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(subclasses(each) for each in kind.__subclasses__()))


EVERY = subclasses(kafka_errors.KafkaError) - {kafka_errors.LogTruncationError}  # a consumer's


def test_every_error_is_one_line_that_begins_with_the_log() -> None:
    assert len(EVERY) > 100
    for kind in {*EVERY, OSError, TimeoutError}:  # the last two without any words
        ours = log_error(LOG, ID, kind())
        assert isinstance(ours, LogError)
        assert str(ours).startswith(f"{LOG}: ")
        assert "\n" not in str(ours)
        assert not str(ours).endswith(": ")


def test_only_what_is_lasting_is_not_tried_again() -> None:
    """Of anything else the outcome is unknown: the batch is read again and compared."""
    lasting = (
        *FENCED,
        *TOO_LARGE,
        kafka_errors.FencedInstanceIdError,
        kafka_errors.AuthorizationError,
        kafka_errors.InvalidTimestampError,
    )
    for kind in EVERY:
        ours = log_error(LOG, ID, kind())
        assert isinstance(ours, CommitUnknown) != issubclass(kind, lasting)
        assert isinstance(ours, Fenced) == isinstance(ours, LogBusy) == is_fencing(kind)
        assert isinstance(ours, RecordTooLarge) == issubclass(kind, TOO_LARGE)


def is_fencing(kind: type[Exception]) -> bool:
    return issubclass(kind, (*FENCED, kafka_errors.FencedInstanceIdError))


def test_an_id_that_the_broker_forgot_is_known_by_the_cause_of_any_error() -> None:
    """It ends the producer, which then raises another error around it, whatever that is."""
    cause = kafka_errors.InvalidProducerIdMappingError("unknown id")
    for kind in EVERY:
        ours = log_error(LOG, ID, kind(cause))
        assert isinstance(ours, IdExpired) != is_fencing(kind)
        assert isinstance(ours, CommitUnknown) != is_fencing(kind)


@pytest.mark.parametrize("kind", FENCED, ids=lambda kind: kind.__name__)
def test_whoever_is_fenced_learns_which_id_was_taken_over(kind: type[Exception]) -> None:
    assert repr(ID) in str(log_error(LOG, ID, kind("any")))
