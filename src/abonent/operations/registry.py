"""Every operation there is. A new one is one file and one line here."""

from collections.abc import Mapping
from types import MappingProxyType

from abonent.operations.calls import (
    answer_collect_call,
    block_line,
    clear_forwarding,
    request_collect_call,
    set_forwarding,
    unblock_line,
)
from abonent.operations.identity import end_sessions, register, reveal_puk, set_password
from abonent.operations.loyalty import (
    exchange_bonus,
    pass_bonus,
    redeem_gift,
    set_parcel_state,
)
from abonent.operations.model import Operation
from abonent.operations.money import (
    ask_transfer_back,
    cancel_auto_payment,
    keep_transfer,
    remove_payment_means,
    resolve_payment,
    return_transfer,
    set_auto_payment,
    take_promised_payment,
    top_up_by_card,
    top_up_by_voucher,
    transfer_money,
)
from abonent.operations.profile import set_language, set_notices
from abonent.operations.services import (
    activate_service,
    buy_package,
    deactivate_service,
    stop_package_renewal,
)
from abonent.operations.tariffs import change_tariff, withdraw_tariff_change
from abonent.operations.usage import order_detail


def registered(*operations: Operation) -> Mapping[str, Operation]:
    """Operations by name; raises ValueError where a name repeats or a secret would be stored."""
    by_name = {operation.name: operation for operation in operations}
    if len(by_name) != len(operations):
        raise ValueError("two operations have the same name")
    for operation in operations:
        if operation.ask.secret and operation.confirm:
            raise ValueError(f"{operation.name} would keep a secret in its proposal")
    return MappingProxyType(by_name)


OPERATIONS = registered(
    register.OPERATION,
    set_password.OPERATION,
    end_sessions.OPERATION,
    reveal_puk.OPERATION,
    change_tariff.OPERATION,
    withdraw_tariff_change.OPERATION,
    activate_service.OPERATION,
    deactivate_service.OPERATION,
    buy_package.OPERATION,
    stop_package_renewal.OPERATION,
    set_forwarding.OPERATION,
    clear_forwarding.OPERATION,
    block_line.OPERATION,
    unblock_line.OPERATION,
    top_up_by_voucher.OPERATION,
    top_up_by_card.OPERATION,
    remove_payment_means.OPERATION,
    resolve_payment.OPERATION,
    set_auto_payment.OPERATION,
    cancel_auto_payment.OPERATION,
    take_promised_payment.OPERATION,
    transfer_money.OPERATION,
    ask_transfer_back.OPERATION,
    return_transfer.OPERATION,
    keep_transfer.OPERATION,
    request_collect_call.OPERATION,
    answer_collect_call.OPERATION,
    order_detail.OPERATION,
    redeem_gift.OPERATION,
    exchange_bonus.OPERATION,
    pass_bonus.OPERATION,
    set_parcel_state.OPERATION,
    set_language.OPERATION,
    set_notices.OPERATION,
)
