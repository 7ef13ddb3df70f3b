// Every command once: its id, its name, and which member of Body carries it. Found by id in constant time.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "smpp/pdu.hpp"

namespace peyk::smpp {

struct Command {
  CommandId id;
  std::string_view name;
  std::size_t body_index;  // in Body
};

template <class T, std::size_t kIndex = 0>
constexpr std::size_t body_index_of() {
  static_assert(kIndex < std::variant_size_v<Body>);
  if constexpr (std::is_same_v<T, std::variant_alternative_t<kIndex, Body>>) {
    return kIndex;
  } else {
    return body_index_of<T, kIndex + 1>();
  }
}

inline constexpr std::array kCommands{
    Command{CommandId::bind_receiver, "bind_receiver", body_index_of<Bind>()},
    Command{CommandId::bind_transmitter, "bind_transmitter", body_index_of<Bind>()},
    Command{CommandId::bind_transceiver, "bind_transceiver", body_index_of<Bind>()},
    Command{CommandId::bind_receiver_resp, "bind_receiver_resp", body_index_of<BindResp>()},
    Command{CommandId::bind_transmitter_resp, "bind_transmitter_resp", body_index_of<BindResp>()},
    Command{CommandId::bind_transceiver_resp, "bind_transceiver_resp", body_index_of<BindResp>()},
    Command{CommandId::outbind, "outbind", body_index_of<Outbind>()},
    Command{CommandId::unbind, "unbind", body_index_of<Unbind>()},
    Command{CommandId::unbind_resp, "unbind_resp", body_index_of<UnbindResp>()},
    Command{CommandId::enquire_link, "enquire_link", body_index_of<EnquireLink>()},
    Command{CommandId::enquire_link_resp, "enquire_link_resp", body_index_of<EnquireLinkResp>()},
    Command{CommandId::generic_nack, "generic_nack", body_index_of<GenericNack>()},
    Command{CommandId::submit_sm, "submit_sm", body_index_of<SubmitSm>()},
    Command{CommandId::submit_sm_resp, "submit_sm_resp", body_index_of<SubmitSmResp>()},
    Command{CommandId::deliver_sm, "deliver_sm", body_index_of<DeliverSm>()},
    Command{CommandId::deliver_sm_resp, "deliver_sm_resp", body_index_of<DeliverSmResp>()},
    Command{CommandId::data_sm, "data_sm", body_index_of<DataSm>()},
    Command{CommandId::data_sm_resp, "data_sm_resp", body_index_of<DataSmResp>()},
    Command{CommandId::submit_multi, "submit_multi", body_index_of<SubmitMulti>()},
    Command{CommandId::submit_multi_resp, "submit_multi_resp", body_index_of<SubmitMultiResp>()},
    Command{CommandId::query_sm, "query_sm", body_index_of<QuerySm>()},
    Command{CommandId::query_sm_resp, "query_sm_resp", body_index_of<QuerySmResp>()},
    Command{CommandId::cancel_sm, "cancel_sm", body_index_of<CancelSm>()},
    Command{CommandId::cancel_sm_resp, "cancel_sm_resp", body_index_of<CancelSmResp>()},
    Command{CommandId::replace_sm, "replace_sm", body_index_of<ReplaceSm>()},
    Command{CommandId::replace_sm_resp, "replace_sm_resp", body_index_of<ReplaceSmResp>()},
    Command{CommandId::alert_notification, "alert_notification", body_index_of<AlertNotification>()},
    Command{CommandId::broadcast_sm, "broadcast_sm", body_index_of<BroadcastSm>()},
    Command{CommandId::broadcast_sm_resp, "broadcast_sm_resp", body_index_of<BroadcastSmResp>()},
    Command{CommandId::query_broadcast_sm, "query_broadcast_sm", body_index_of<QueryBroadcastSm>()},
    Command{CommandId::query_broadcast_sm_resp, "query_broadcast_sm_resp",
            body_index_of<QueryBroadcastSmResp>()},
    Command{CommandId::cancel_broadcast_sm, "cancel_broadcast_sm", body_index_of<CancelBroadcastSm>()},
    Command{CommandId::cancel_broadcast_sm_resp, "cancel_broadcast_sm_resp",
            body_index_of<CancelBroadcastSmResp>()},
};

namespace command_index {
// Ids are 0 to 0x3F, or 0x100 to 0x13F, with or without the response bit: a perfect hash of eight bits.
constexpr std::uint8_t slot(std::uint32_t id) {
  return static_cast<std::uint8_t>((id & 0x3Fu) | ((id & 0x100u) >> 2) | ((id & kResponseBit) >> 24));
}
constexpr auto make() {
  std::array<std::uint8_t, 256> index{};
  for (std::size_t i = 0; i < kCommands.size(); ++i) {
    index[slot(static_cast<std::uint32_t>(kCommands[i].id))] = static_cast<std::uint8_t>(i + 1);
  }
  return index;
}
inline constexpr auto kIndex = make();
}  // namespace command_index

constexpr const Command* find_command(CommandId id) {
  const std::uint8_t found = command_index::kIndex[command_index::slot(static_cast<std::uint32_t>(id))];
  if (found == 0 || kCommands[found - 1u].id != id) return nullptr;
  return &kCommands[found - 1u];
}

}  // namespace peyk::smpp
