// submit_sm and deliver_sm have one layout: the same message, seen from the other end.
//
// For links on which a peer plays the other part than we would expect: a USSD gateway that binds to us as an
// esme would and submits what its subscribers type.
#pragma once

#include "smpp/pdu.hpp"

namespace peyk::smpp {

template <CommandId kTo, CommandId kFrom>
ShortMessage<kTo> mirrored(ShortMessage<kFrom> message) {
  return {.service_type = std::move(message.service_type),
          .source_addr_ton = message.source_addr_ton,
          .source_addr_npi = message.source_addr_npi,
          .source_addr = std::move(message.source_addr),
          .dest_addr_ton = message.dest_addr_ton,
          .dest_addr_npi = message.dest_addr_npi,
          .destination_addr = std::move(message.destination_addr),
          .esm_class = message.esm_class,
          .protocol_id = message.protocol_id,
          .priority_flag = message.priority_flag,
          .schedule_delivery_time = std::move(message.schedule_delivery_time),
          .validity_period = std::move(message.validity_period),
          .registered_delivery = message.registered_delivery,
          .replace_if_present_flag = message.replace_if_present_flag,
          .data_coding = message.data_coding,
          .sm_default_msg_id = message.sm_default_msg_id,
          .short_message = std::move(message.short_message),
          .tlvs = std::move(message.tlvs)};
}

inline DeliverSm as_deliver_sm(SubmitSm message) {
  return mirrored<CommandId::deliver_sm>(std::move(message));
}
inline SubmitSm as_submit_sm(DeliverSm message) {
  return mirrored<CommandId::submit_sm>(std::move(message));
}

}  // namespace peyk::smpp
