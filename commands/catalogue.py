"""Every command the system accepts, and the function that handles it. Read this first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commands import contacts, deals, properties, verifications
from commands.base import Command
from commands.ledger import Ledger, Receipt

HANDLERS: dict[type[Command], Callable[[Any, Ledger], Receipt]] = {
    properties.ListProperty: properties.list_property,
    properties.DescribeProperty: properties.describe_property,
    properties.CorrectPropertyDetails: properties.correct_property_details,
    properties.CorrectPropertyAddress: properties.correct_property_address,
    properties.CorrectListingId: properties.correct_listing_id,
    properties.CorrectPropertyOwners: properties.correct_property_owners,
    properties.AddPropertyPhoto: properties.add_property_photo,
    properties.RemovePropertyPhoto: properties.remove_property_photo,
    properties.PublishProperty: properties.publish_property,
    properties.RepriceProperty: properties.reprice_property,
    properties.MarkPropertyPending: properties.mark_property_pending,
    properties.MarkPropertySold: properties.mark_property_sold,
    properties.MarkPropertyLet: properties.mark_property_let,
    properties.WithdrawProperty: properties.withdraw_property,
    properties.ExpireListing: properties.expire_listing,
    properties.RelistProperty: properties.relist_property,
    contacts.RegisterContact: contacts.register_contact,
    contacts.CorrectContactDetails: contacts.correct_contact_details,
    contacts.GiveConsent: contacts.give_consent,
    contacts.WithdrawConsent: contacts.withdraw_consent,
    contacts.StateRequirements: contacts.state_requirements,
    contacts.AssignContact: contacts.assign_contact,
    contacts.UnassignContact: contacts.unassign_contact,
    contacts.NoteInteraction: contacts.note_interaction,
    contacts.ArchiveContact: contacts.archive_contact,
    contacts.ReactivateContact: contacts.reactivate_contact,
    contacts.MergeContacts: contacts.merge_contacts,
    contacts.UnmergeContacts: contacts.unmerge_contacts,
    deals.OpenDeal: deals.open_deal,
    deals.AddParty: deals.add_party,
    deals.RemoveParty: deals.remove_party,
    deals.CancelDeal: deals.cancel_deal,
    deals.CloseDeal: deals.close_deal,
    deals.MakeOffer: deals.make_offer,
    deals.CounterOffer: deals.counter_offer,
    deals.AcceptOffer: deals.accept_offer,
    deals.DeclineOffer: deals.decline_offer,
    deals.WithdrawOffer: deals.withdraw_offer,
    deals.ExpireOffer: deals.expire_offer,
    deals.SetMilestone: deals.set_milestone,
    deals.MeetMilestone: deals.meet_milestone,
    deals.MissMilestone: deals.miss_milestone,
    deals.RedateMilestone: deals.redate_milestone,
    deals.WaiveMilestone: deals.waive_milestone,
    deals.AddContingency: deals.add_contingency,
    deals.SatisfyContingency: deals.satisfy_contingency,
    deals.WaiveContingency: deals.waive_contingency,
    deals.FailContingency: deals.fail_contingency,
    verifications.RequestVerification: verifications.request_verification,
    verifications.SubmitDocument: verifications.submit_document,
    verifications.RecordResult: verifications.record_result,
    verifications.ReferVerification: verifications.refer_verification,
    verifications.DecideVerification: verifications.decide_verification,
    verifications.ExpireVerification: verifications.expire_verification,
    verifications.WithdrawVerification: verifications.withdraw_verification,
}
