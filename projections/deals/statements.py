"""How the tables of deals are written. `SUM_UP` follows every fact with what they add up to."""

from __future__ import annotations

OPEN = """
    insert into deal_board (
        id, agency, property_id, purpose, currency, status, parties, opened_by, opened_at,
        updated_at, version, position
    ) values (
        %(id)s, %(agency)s, %(property_id)s, %(purpose)s, %(currency)s, 'open', %(parties)s,
        %(by)s, %(at)s, %(at)s, %(version)s, %(position)s
    )
"""
ADD_PARTY = "update deal_board set parties = parties || %(parties)s where id = %(id)s"
REMOVE_PARTY = """
    update deal_board set parties = (
        select coalesce(jsonb_agg(party order by place), '[]')
        from jsonb_array_elements(parties) with ordinality as present (party, place)
        where party <> %(party)s
    ) where id = %(id)s
"""
ACCEPT = """
    update deal_board set status = 'offer_accepted', accepted_offer_id = %(offer)s,
        accepted_offer_version = %(offer_version)s, accepted_price = %(price)s,
        accepted_at = %(at)s
    where id = %(id)s
"""
CANCEL = """
    update deal_board set status = 'cancelled', cancellation_reason = %(reason)s,
        closed_at = %(at)s
    where id = %(id)s
"""
CLOSE = """
    update deal_board set status = 'closed', close_price = %(price)s, close_date = %(day)s,
        closed_at = %(at)s
    where id = %(id)s
"""
LAPSE = """
    update deal_offers set status = 'lapsed', version = %(version)s, position = %(position)s
    where deal_id = %(id)s and status = 'open'
"""
OFFER = """
    insert into deal_offers (
        deal_id, offer_id, offer_version, agency, contact_id, side, price, currency, terms,
        contingencies, expires_at, status, at, version, position
    ) values (
        %(id)s, %(offer)s, %(offer_version)s, %(agency)s, %(contact)s, %(side)s, %(price)s,
        %(currency)s, %(terms)s, %(contingencies)s, %(expires_at)s, 'open', %(at)s, %(version)s,
        %(position)s
    )
"""
LAST_OFFER = """
    update deal_board set last_offer_price = %(price)s, last_offer_side = %(side)s,
        last_offer_at = %(at)s
    where id = %(id)s
"""
ANSWER = """
    update deal_offers set status = %(status)s, reason = %(reason)s, answered_by = %(contact)s,
        answered_at = %(at)s, version = %(version)s, position = %(position)s
    where deal_id = %(id)s and offer_id = %(offer)s and offer_version = %(offer_version)s
"""
SET_MILESTONE = """
    insert into deal_milestones (
        deal_id, milestone_id, agency, title, due_date, original_due_date, responsible, status,
        updated_at, version, position
    ) values (
        %(id)s, %(milestone)s, %(agency)s, %(title)s, %(due_date)s, %(due_date)s,
        %(responsible)s, 'pending', %(at)s, %(version)s, %(position)s
    )
"""
SETTLE_MILESTONE = """
    update deal_milestones set status = %(status)s, met_on = %(met_on)s, reason = %(reason)s,
        updated_at = %(at)s, version = %(version)s, position = %(position)s
    where deal_id = %(id)s and milestone_id = %(milestone)s
"""
REDATE_MILESTONE = """
    update deal_milestones set status = 'pending', due_date = %(due_date)s,
        redated = redated + 1, reason = %(reason)s,
        updated_at = %(at)s, version = %(version)s, position = %(position)s
    where deal_id = %(id)s and milestone_id = %(milestone)s
"""
ADD_CONTINGENCY = """
    insert into deal_contingencies (
        deal_id, contingency_id, agency, kind, due_date, detail, offer_id, status, updated_at,
        version, position
    ) values (
        %(id)s, %(contingency)s, %(agency)s, %(kind)s, %(due_date)s, %(detail)s, %(offer)s,
        'open', %(at)s, %(version)s, %(position)s
    )
"""
SETTLE_CONTINGENCY = """
    update deal_contingencies set status = %(status)s, reason = %(reason)s,
        updated_at = %(at)s, version = %(version)s, position = %(position)s
    where deal_id = %(id)s and contingency_id = %(contingency)s
"""
SUM_UP = """
    update deal_board set
        party_contact_ids = array(
            select distinct (party ->> 'contact_id')::uuid from jsonb_array_elements(parties) party
            where party ->> 'contact_id' is not null
        ),
        (offers_open, best_offer_price, next_expiry_at) = (
            select count(*) filter (where offer.status = 'open'),
                max(price) filter (where side = 'seeker' and offer.status in ('open', 'accepted')),
                min(expires_at) filter (where offer.status = 'open')
            from deal_offers offer where deal_id = %(id)s
        ),
        (milestones_open, contingencies_open, next_due_date) = (
            select count(milestone_due), count(contingency), min(due)
            from (
                select 1 as milestone_due, null::integer as contingency, due_date as due
                from deal_milestones
                where deal_id = %(id)s and status in ('pending', 'missed')
                union all
                select null, 1, due_date from deal_contingencies
                where deal_id = %(id)s and status in ('open', 'failed')
            ) waiting where deal_board.status in ('open', 'offer_accepted')
        ),
        updated_at = %(at)s, version = %(version)s, position = %(position)s
    where id = %(id)s
"""
