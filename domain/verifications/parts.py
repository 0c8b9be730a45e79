"""What verifications are made of: kinds of documents, readings, and the states."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.kernel import Personal, Value
from domain.terms import distinct
from domain.values import Line, Sha256, Text

MOST_BYTES = 100 * 1024 * 1024


class VerificationPurpose(StrEnum):
    IDENTITY = "identity"
    ADDRESS = "address"
    INCOME = "income"
    PROOF_OF_FUNDS = "proof_of_funds"
    RIGHT_TO_RENT = "right_to_rent"
    COMPANY = "company"


class DocumentKind(StrEnum):
    PASSPORT = "passport"
    ID_CARD = "id_card"
    DRIVING_LICENCE = "driving_licence"
    RESIDENCE_PERMIT = "residence_permit"
    UTILITY_BILL = "utility_bill"
    BANK_STATEMENT = "bank_statement"
    PAY_SLIP = "pay_slip"
    TAX_RETURN = "tax_return"
    EMPLOYMENT_CONTRACT = "employment_contract"
    COMPANY_REGISTER_EXTRACT = "company_register_extract"
    SELFIE = "selfie"
    OTHER = "other"


class MediaType(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"


class VerificationOutcome(StrEnum):
    """`refer`: the reader is not sure, a person must look."""

    PASS = "pass"  # noqa: S105
    REFER = "refer"
    FAIL = "fail"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Decision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class VerificationStatus(StrEnum):
    NEW = "new"
    REQUESTED = "requested"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    REFERRED = "referred"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def _outside(reference: str) -> str:
    if reference.lower().startswith("data:"):
        raise ValueError("a reference says where the document is kept; it must not contain it")
    return reference


Kinds = Annotated[
    tuple[DocumentKind, ...], Field(min_length=1, max_length=20), AfterValidator(distinct)
]
Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_outside),
]
Score = Annotated[float, Field(ge=0, le=1)]


class Document(Value):
    """Where a document is kept and the SHA-256 of its bytes, never the document itself."""

    kind: DocumentKind
    reference: Annotated[Reference, Personal]
    sha256: Sha256
    media_type: MediaType
    byte_size: Annotated[int, Field(gt=0, le=MOST_BYTES)]


class Finding(Value):
    """What the reader saw; `code` is stable, `detail` may quote the document."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,48}$")]
    severity: Severity
    detail: Annotated[Text, Personal] = ""


class Reading(Value):
    """What a reader makes of the documents; `score` from 0 (surely false) to 1 (surely true)."""

    outcome: VerificationOutcome
    findings: Annotated[tuple[Finding, ...], Field(max_length=100)] = ()
    score: Score | None = None
    reader: Line
    reader_version: Line
