create table if not exists checkpoints (
    projection text not null,
    topic text not null,
    partition int not null,
    next_offset bigint not null default 0,
    last_position bigint not null default 0,
    at timestamptz not null default now(),
    primary key (projection, topic, partition)
);

create table if not exists parked (
    projection text not null,
    stream uuid not null,
    agency uuid not null,
    position bigint not null,
    name text not null,
    error text not null,
    waiting int not null default 0,
    at timestamptz not null default now(),
    primary key (projection, stream)
);

create table if not exists gaps (
    id bigint generated always as identity primary key,
    projection text not null,
    topic text not null,
    partition int not null,
    after_position bigint not null,
    before_position bigint not null,
    fetched int not null,
    at timestamptz not null default now()
);

create table if not exists relay_checkpoints (
    name text primary key,
    epoch bigint not null default 0,
    last_position bigint not null default 0,
    partitions jsonb not null default '{}',
    at timestamptz not null default now()
);
