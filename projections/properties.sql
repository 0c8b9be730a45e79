create table if not exists property_board (
    id uuid primary key,
    agency uuid not null,
    listing_id text,
    street text,
    unit text,
    city text not null,
    state_or_province text,
    postal_code text,
    country text not null,
    address text not null,
    latitude double precision,
    longitude double precision,
    property_type text not null,
    tenure text,
    purpose text not null,
    status text not null,
    list_price numeric(14, 2) not null,
    currency text not null,
    original_list_price numeric(14, 2) not null,
    previous_list_price numeric(14, 2),
    price_changes integer not null default 0,
    living_area numeric(14, 4),
    living_area_units text,
    living_area_sqm numeric(20, 2),
    lot_size numeric(14, 4),
    lot_size_units text,
    lot_size_sqm numeric(20, 2),
    rooms_total integer,
    bedrooms_total integer,
    bathrooms_total numeric(5, 2),
    stories numeric(6, 2),
    year_built integer,
    year_renovated integer,
    condition text,
    features text[] not null,
    photos jsonb not null,
    public_remarks text not null,
    owner_ids uuid[] not null,
    deal_id uuid,
    close_price numeric(14, 2),
    close_date date,
    withdrawal_reason text,
    listed_at timestamptz not null,
    on_market_date date,
    status_changed_at timestamptz not null,
    updated_at timestamptz not null,
    version bigint not null,
    position bigint not null
);

create index if not exists property_board_price on property_board (agency, status, list_price);
create index if not exists property_board_updated on property_board (agency, updated_at, id);
create index if not exists property_board_listed on property_board (agency, listed_at, id);
create index if not exists property_board_listing_id on property_board (agency, listing_id);
create index if not exists property_board_city on property_board (agency, city, status);
create index if not exists property_board_postal_code on property_board (agency, postal_code);
create index if not exists property_board_place on property_board (agency, latitude, longitude);
create index if not exists property_board_features on property_board using gin (features);
create index if not exists property_board_owners on property_board using gin (owner_ids);
create index if not exists property_board_deal on property_board (deal_id) where deal_id is not null;
