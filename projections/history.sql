create table if not exists history (
    position bigint primary key,
    agency uuid not null,
    fact_id uuid not null,
    stream uuid not null,
    version bigint not null,
    context text not null,
    kind text not null,
    name text not null,
    at timestamptz not null,
    by text not null,
    command_id uuid not null,
    cause uuid,
    correlation uuid not null,
    schema_version int not null,
    about uuid[] not null,
    data jsonb not null,
    summary text not null
);

create index if not exists history_agency on history (agency, position);
create index if not exists history_stream on history (agency, stream, position);
create index if not exists history_at on history (agency, at, position);
create index if not exists history_name on history (agency, name, position);
create index if not exists history_by on history (agency, by, position);
create index if not exists history_fact on history (fact_id);
create index if not exists history_correlation on history (correlation);
create index if not exists history_about on history using gin (about);
