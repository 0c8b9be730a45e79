create table if not exists verification_board (
    id uuid primary key,
    agency uuid not null,
    contact_id uuid not null,
    purpose text not null,
    status text not null,
    requested_kinds text[] not null,
    missing_kinds text[] not null,
    documents integer not null default 0,
    outcome text,
    score double precision,
    findings jsonb not null default '[]',
    reader text,
    reader_version text,
    read_at timestamptz,
    referral_reason text,
    decision text,
    decision_reason text,
    decided_by text,
    decided_at timestamptz,
    valid_until date,
    withdrawal_reason text,
    requested_by text not null,
    requested_at timestamptz not null,
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null
);

create index if not exists verification_board_status on verification_board (agency, status, id);
create index if not exists verification_board_updated on verification_board
    (agency, updated_at, id);
create index if not exists verification_board_requested on verification_board
    (agency, requested_at, id);
create index if not exists verification_board_contact on verification_board (contact_id, purpose);
create index if not exists verification_board_valid on verification_board (agency, valid_until)
    where valid_until is not null;

create table if not exists verification_documents (
    verification_id uuid not null,
    sha256 text not null,
    agency uuid not null,
    kind text not null,
    reference text not null,
    media_type text not null,
    byte_size bigint not null,
    submitted_by text not null,
    submitted_at timestamptz not null,
    version bigint not null,
    position bigint not null,
    primary key (verification_id, sha256)
);

create index if not exists verification_documents_sha256 on verification_documents
    (agency, sha256);
