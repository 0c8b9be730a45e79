create table if not exists match_homes (
    id uuid primary key,
    agency uuid not null,
    status text not null,
    purpose text not null,
    price numeric(14, 2) not null,
    currency text not null,
    located boolean not null,
    latitude double precision not null,
    longitude double precision not null,
    property_type text not null,
    bedrooms integer,
    bathrooms numeric(5, 2),
    living_sqm numeric,
    tags text[] not null,
    details jsonb not null,
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null
);

create index if not exists match_homes_place on match_homes (agency, latitude, longitude)
    where status = 'active';
create index if not exists match_homes_price on match_homes (agency, purpose, price)
    where status = 'active';

create table if not exists match_wishes (
    id uuid primary key,
    agency uuid not null,
    status text not null,
    requirements jsonb,
    purpose text,
    currency text,
    price_to numeric(14, 2),
    bedrooms_min integer,
    bedrooms_max integer,
    bathrooms_min numeric(5, 2),
    living_min_sqm numeric,
    living_max_sqm numeric,
    types text[] not null default '{}',
    must_tags text[] not null default '{}',
    south double precision,
    north double precision,
    west double precision,
    east double precision,
    souths double precision[] not null default '{}',
    norths double precision[] not null default '{}',
    wests double precision[] not null default '{}',
    easts double precision[] not null default '{}',
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null
);

create index if not exists match_wishes_looking on match_wishes (agency, purpose, price_to)
    where status = 'active' and requirements is not null;

create table if not exists matches (
    agency uuid not null,
    contact_id uuid not null,
    property_id uuid not null,
    score numeric(5, 2) not null,
    reasons jsonb not null,
    ranker text not null,
    ranker_version integer not null,
    contact_position bigint not null,
    property_position bigint not null,
    updated_at timestamptz not null,
    primary key (contact_id, property_id)
);

create index if not exists matches_for_contact
    on matches (agency, contact_id, score desc, property_id);
create index if not exists matches_for_property
    on matches (agency, property_id, score desc, contact_id);
