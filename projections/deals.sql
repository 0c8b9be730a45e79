create table if not exists deal_board (
    id uuid primary key,
    agency uuid not null,
    property_id uuid not null,
    purpose text not null,
    currency text not null,
    status text not null,
    parties jsonb not null,
    party_contact_ids uuid[] not null default '{}',
    offers_open integer not null default 0,
    best_offer_price numeric(14, 2),
    last_offer_price numeric(14, 2),
    last_offer_side text,
    last_offer_at timestamptz,
    next_expiry_at timestamptz,
    accepted_offer_id uuid,
    accepted_offer_version integer,
    accepted_price numeric(14, 2),
    accepted_at timestamptz,
    milestones_open integer not null default 0,
    contingencies_open integer not null default 0,
    next_due_date date,
    close_price numeric(14, 2),
    close_date date,
    cancellation_reason text,
    opened_by text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null
);

create index if not exists deal_board_status on deal_board (agency, status, id);
create index if not exists deal_board_updated on deal_board (agency, updated_at, id);
create index if not exists deal_board_opened on deal_board (agency, opened_at, id);
create index if not exists deal_board_due on deal_board (agency, next_due_date, id);
create index if not exists deal_board_property on deal_board (property_id);
create index if not exists deal_board_parties on deal_board using gin (party_contact_ids);
create index if not exists deal_board_expiry on deal_board (next_expiry_at)
    where next_expiry_at is not null;

create table if not exists deal_offers (
    deal_id uuid not null,
    offer_id uuid not null,
    offer_version integer not null,
    agency uuid not null,
    contact_id uuid not null,
    side text not null,
    price numeric(14, 2) not null,
    currency text not null,
    terms text not null,
    contingencies jsonb not null,
    expires_at timestamptz,
    status text not null,
    reason text,
    answered_by uuid,
    answered_at timestamptz,
    at timestamptz not null,
    version bigint not null,
    position bigint not null,
    primary key (deal_id, offer_id, offer_version)
);

create index if not exists deal_offers_contact on deal_offers (agency, contact_id, at);

create table if not exists deal_milestones (
    deal_id uuid not null,
    milestone_id uuid not null,
    agency uuid not null,
    title text not null,
    due_date date not null,
    original_due_date date not null,
    redated integer not null default 0,
    responsible text,
    status text not null,
    met_on date,
    reason text,
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null,
    primary key (deal_id, milestone_id)
);

create index if not exists deal_milestones_due on deal_milestones (agency, status, due_date);

create table if not exists deal_contingencies (
    deal_id uuid not null,
    contingency_id uuid not null,
    agency uuid not null,
    kind text not null,
    due_date date,
    detail text not null,
    offer_id uuid,
    status text not null,
    reason text,
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null,
    primary key (deal_id, contingency_id)
);

create index if not exists deal_contingencies_due on deal_contingencies (agency, status, due_date);
