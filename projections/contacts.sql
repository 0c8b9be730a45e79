create table if not exists contact_board (
    id uuid primary key,
    agency uuid not null,
    kind text not null,
    name text not null,
    given_name text,
    family_name text,
    organization_name text,
    roles text[] not null,
    email text,
    phone text,
    language text,
    search text not null,
    consents jsonb not null default '{}',
    agent text,
    status text not null,
    archive_reason text,
    merged_into uuid,
    merged_ids uuid[] not null default '{}',
    requirements jsonb,
    purpose text,
    budget_from numeric(14, 2),
    budget_to numeric(14, 2),
    currency text,
    requirements_at timestamptz,
    interactions integer not null default 0,
    last_interaction_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null
);

create index if not exists contact_board_name on contact_board (agency, name, id);
create index if not exists contact_board_updated on contact_board (agency, updated_at, id);
create index if not exists contact_board_created on contact_board (agency, created_at, id);
create index if not exists contact_board_status on contact_board (agency, status, id);
create index if not exists contact_board_agent on contact_board (agency, agent, id);
create index if not exists contact_board_email on contact_board (agency, email);
create index if not exists contact_board_phone on contact_board (agency, phone);
create index if not exists contact_board_budget
    on contact_board (agency, purpose, currency, budget_to);
create index if not exists contact_board_last_interaction
    on contact_board (agency, last_interaction_at, id);
create index if not exists contact_board_roles on contact_board using gin (roles);

create table if not exists contact_interactions (
    id uuid primary key,
    agency uuid not null,
    contact_id uuid not null,
    kind text not null,
    direction text not null,
    outcome text not null,
    note text not null,
    at timestamptz not null,
    noted_by text not null,
    noted_at timestamptz not null,
    version bigint not null,
    position bigint not null
);

create index if not exists contact_interactions_at
    on contact_interactions (agency, contact_id, at, id);
create index if not exists contact_interactions_latest on contact_interactions (agency, at, id);
