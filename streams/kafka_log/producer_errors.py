"""Errors of kafka-python's producer as errors of the log."""

from __future__ import annotations

from kafka import errors as kafka_errors

from bandit.errors import CommitUnknown, LogBusy, LogError, RecordTooLarge

FENCED = (kafka_errors.ProducerFencedError, kafka_errors.InvalidProducerEpochError)
TOO_LARGE = (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError)


class Fenced(LogBusy):
    """A newer producer has the transactional id, or a newer member has the instance name.

    Either may be this process's own: a producer begun after the broker gave up an earlier one, a
    member that joined again after a time-out.
    """


class IdExpired(CommitUnknown):
    """The broker forgot the id: no transaction for `transactional.id.expiration.ms`."""


def log_error(log: str, transactional_id: str, error: Exception) -> LogError:
    """Return `error` of kafka-python as one of ours; `log` is the log's name."""
    text = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, FENCED):
        return Fenced(
            f"{log}: transactional id {transactional_id!r} was taken over by another process"
        )
    if isinstance(error, kafka_errors.FencedInstanceIdError):
        return Fenced(f"{log}: the group has a newer member with the same log.instance")
    cause = error.args[0] if error.args else None  # kafka-python wraps what ends a producer
    if isinstance(cause, kafka_errors.InvalidProducerIdMappingError):
        return IdExpired(f"{log}: {text}")
    if isinstance(error, TOO_LARGE):
        return RecordTooLarge(f"{log}: {text}")
    if isinstance(error, kafka_errors.AuthorizationError):
        return LogError(
            f"{log}: the user lacks a right: {text}; to see which: poolwise doctor {log}"
        )
    if isinstance(error, kafka_errors.InvalidTimestampError):
        return LogError(
            f"{log}: the broker refuses the records, because this machine's clock differs too much"
            " from its own; what to do: synchronize the clocks (NTP)"
        )
    return CommitUnknown(f"{log}: {text}")
