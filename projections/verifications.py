"""The verification board: one row a verification, with its documents beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg.types.json import Jsonb

from domain.kernel import Fact, Recorded
from domain.verifications import (
    DocumentSubmitted,
    Reading,
    ResultRecorded,
    VerificationDecided,
    VerificationExpired,
    VerificationReferred,
    VerificationRequested,
    VerificationWithdrawn,
)
from projections.base import Write

FACTS: tuple[type[Fact], ...] = (
    VerificationRequested,
    DocumentSubmitted,
    ResultRecorded,
    VerificationReferred,
    VerificationDecided,
    VerificationExpired,
    VerificationWithdrawn,
)


def project(step: Recorded) -> Iterator[Write]:
    row = {
        "id": step.stream,
        "agency": step.agency,
        "at": step.at,
        "by": step.by,
        "version": step.version,
        "position": step.position,
    }
    match step.fact:
        case VerificationRequested(documents=kinds) as requested:
            yield REQUEST, row | dict(requested) | {"kinds": list(kinds)}
        case DocumentSubmitted(document=document):
            yield KEEP, row | dict(document)
            yield SUBMIT, row | {"kind": document.kind}
        case ResultRecorded(reading=reading):
            yield RECORD, row | _read(reading)
        case VerificationReferred(reason=reason):
            yield REFER, row | {"reason": reason}
        case VerificationDecided() as decided:
            yield DECIDE, row | dict(decided)
        case VerificationExpired():
            yield EXPIRE, row
        case VerificationWithdrawn(reason=reason):
            yield WITHDRAW, row | {"reason": reason}


def _read(reading: Reading) -> dict[str, Any]:
    findings = Jsonb([each.model_dump(mode="json") for each in reading.findings])
    return dict(reading) | {"findings": findings}


TOUCHED = "updated_at = %(at)s, version = %(version)s, position = %(position)s where id = %(id)s"
REQUEST = """
    insert into verification_board (
        id, agency, contact_id, purpose, status, requested_kinds, missing_kinds, requested_by,
        requested_at, updated_at, version, position
    ) values (
        %(id)s, %(agency)s, %(contact_id)s, %(purpose)s, 'requested', %(kinds)s, %(kinds)s,
        %(by)s, %(at)s, %(at)s, %(version)s, %(position)s
    )
"""
KEEP = """
    insert into verification_documents (
        verification_id, sha256, agency, kind, reference, media_type, byte_size, submitted_by,
        submitted_at, version, position
    ) values (
        %(id)s, %(sha256)s, %(agency)s, %(kind)s, %(reference)s, %(media_type)s, %(byte_size)s,
        %(by)s, %(at)s, %(version)s, %(position)s
    )
"""
SUBMIT = f"""
    update verification_board set documents = documents + 1,
        missing_kinds = array_remove(missing_kinds, %(kind)s),
        status = case status when 'referred' then status else 'submitted' end, {TOUCHED}
"""
RECORD = f"""
    update verification_board set outcome = %(outcome)s, score = %(score)s,
        findings = %(findings)s, reader = %(reader)s, reader_version = %(reader_version)s,
        read_at = %(at)s, status = case
            when status = 'referred' or %(outcome)s = 'refer' then 'referred' else 'checked'
        end, {TOUCHED}
"""
REFER = f"""
    update verification_board set status = 'referred', referral_reason = %(reason)s, {TOUCHED}
"""
DECIDE = f"""
    update verification_board set status = %(decision)s, decision = %(decision)s,
        decision_reason = %(reason)s, decided_by = %(by)s, decided_at = %(at)s,
        valid_until = %(valid_until)s, {TOUCHED}
"""
EXPIRE = f"update verification_board set status = 'expired', {TOUCHED}"
WITHDRAW = f"""
    update verification_board set status = 'withdrawn', withdrawal_reason = %(reason)s, {TOUCHED}
"""
