"""What a profile may name: pages, operations, kinds of notice. These names are fixed."""

_PAGES = """
home statistics tariffs services loyalty profile contacts help safety topup payments journal
invoices
"""
PAGES = frozenset(_PAGES.split())
"""Pages that a menu, a tab or a help text may belong to; each is served at its own path."""

PAGES_BY_RULE = {"invoices": "invoices"}
"""Pages that are there only where `operator.toml` has the table."""

ALWAYS_HELPED = frozenset({"journal", "contacts", "safety", "phone-lost"})
"""Sections of help that every profile has, besides those of its own menu."""

_OPERATIONS = """
register request_password set_password recover_access unlock_login set_code
switch_assistant_off switch_assistant_on guard_sections link_line unlink_line add_passkey
remove_passkey add_authenticator remove_authenticator end_sessions forget_device reveal_puk
top_up_by_voucher top_up_by_card remove_payment_means transfer_money take_promised_payment
set_auto_payment
cancel_auto_payment pass_bonus
ask_transfer_back return_transfer keep_transfer answer_collect_call
change_tariff withdraw_tariff_change
activate_service deactivate_service buy_package stop_package_renewal
subscribe_content unsubscribe_content
set_forwarding clear_forwarding block_line unblock_line add_to_blacklist
remove_from_blacklist set_hidden_caller_notice request_collect_call order_sim_replacement
restore_on_new_sim
order_detail set_spending_cap
redeem_gift exchange_bonus set_parcel_state join_promotion
create_group appoint_curator invite_member remove_member set_member_limit allow_location
withdraw_location locate_member
boost_speed suspend_internet resume_internet
ask_question send_feedback send_bulk_sms save_contacts restore_contacts
edit_personal_data set_language set_region set_notices
"""
OPERATIONS = frozenset(_OPERATIONS.split())
"""Operations that fees, proofs and notices may be about."""

PROVABLE = OPERATIONS - {
    "register",
    "set_password",
    "top_up_by_voucher",
}
"""Those that can wait for a one-time code: an input that is secret is not kept meanwhile."""

NOTICES = OPERATIONS | {
    "login",
    "wrong_passwords",
    "fee_unpaid",
    "bonus_received",
    "bonus_tenure",
    "bonus_birthday",
    "package_renewal",
    "package_renewal_ended",
    "tariff_changed",
    "tariff_change_failed",
    "payment_returned",
    "auto_payment_soon",
    "auto_payment_paid",
    "auto_payment_again",
    "auto_payment_refused",
    "auto_payment_ceiling",
    "auto_payment_full",
    "auto_payment_off_refused",
    "auto_payment_off_card_gone",
    "promised_partly",
    "promised_repaid",
    "promised_unpaid",
    "transfer_received",
    "transfer_asked_back",
    "transfer_returned",
    "transfer_kept",
    "collect_call_asked",
    "collect_call_agreed",
    "collect_call_refused",
}
"""Kinds of notice: what was asked for and done, visits, and what happened by itself."""
