"""What a packet says, as one digest: a packet that went out is known again."""

from assignment_assets.io.workbooks.packets import packet_content
from assignment_assets_tests.io.workbooks.conftest import sign_off_packet

BEFORE_MONEY_HAD_ITS_UNIT = "1cc88771658b66bc7786a4e85cf1e01a288e8865fd516ddfa1183862d9747c7f"


def test_a_packet_that_went_out_before_money_had_its_unit_in_its_name_is_the_same():
    assert packet_content(sign_off_packet(), "1") == BEFORE_MONEY_HAD_ITS_UNIT
