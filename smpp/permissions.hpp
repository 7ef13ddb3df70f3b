// Who may send which request in which state (SMPP 3.4, 2.2 and 2.3; SMPP 5.0, 2.4), as a table.
//
// States are named as the specification names them, from the ESME's side, at both ends: in BOUND_TX the esme
// submits. What is not permitted is answered with ESME_RINVBNDSTS. enquire_link is answered in every state
// because everybody sends it in every state. Responses are permitted wherever something awaits them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "smpp/pdu.hpp"

namespace peyk::smpp {

enum class Role : std::uint8_t { esme, mc };

enum class State : std::uint8_t { open, outbound, bound_tx, bound_rx, bound_trx, unbound, closed };

constexpr bool is_bound(State state) {
  return state == State::bound_tx || state == State::bound_rx || state == State::bound_trx;
}

constexpr std::string_view words(State state) {
  constexpr std::array<std::string_view, 7> kWords{"OPEN",      "OUTBOUND", "BOUND_TX", "BOUND_RX",
                                                   "BOUND_TRX", "UNBOUND",  "CLOSED"};
  return kWords[static_cast<std::size_t>(state)];
}

struct Permission {
  CommandId id;
  std::uint8_t esme_may_in, mc_may_in;  // sets of states
};

namespace states {
template <class... S>
constexpr std::uint8_t set(S... state) {
  return static_cast<std::uint8_t>((0u | ... | (1u << static_cast<unsigned>(state))));
}
inline constexpr std::uint8_t none = 0, submitting = set(State::bound_tx, State::bound_trx),
                              delivering = set(State::bound_rx, State::bound_trx),
                              bound = submitting | delivering,
                              before_bind = set(State::open, State::outbound), alive = before_bind | bound;
}  // namespace states

inline constexpr std::array kPermissions{
    Permission{CommandId::submit_sm, states::submitting, states::none},
    Permission{CommandId::deliver_sm, states::none, states::delivering},
    Permission{CommandId::enquire_link, states::alive, states::alive},
    Permission{CommandId::data_sm, states::submitting, states::delivering},
    Permission{CommandId::submit_multi, states::submitting, states::none},
    Permission{CommandId::query_sm, states::submitting, states::none},
    Permission{CommandId::cancel_sm, states::submitting, states::none},
    Permission{CommandId::replace_sm, states::submitting, states::none},
    Permission{CommandId::alert_notification, states::none, states::delivering},
    Permission{CommandId::unbind, states::bound, states::bound},
    Permission{CommandId::outbind, states::none, states::set(State::open)},
    Permission{CommandId::bind_receiver, states::before_bind, states::none},
    Permission{CommandId::bind_transmitter, states::set(State::open), states::none},
    Permission{CommandId::bind_transceiver, states::before_bind, states::none},
    Permission{CommandId::broadcast_sm, states::submitting, states::none},
    Permission{CommandId::query_broadcast_sm, states::submitting, states::none},
    Permission{CommandId::cancel_broadcast_sm, states::submitting, states::none},
};

constexpr bool may_send(Role sender, CommandId request, State state) {
  for (const Permission& row : kPermissions) {
    if (row.id != request) continue;
    const std::uint8_t may_in = sender == Role::esme ? row.esme_may_in : row.mc_may_in;
    return (may_in & states::set(state)) != 0;
  }
  return false;
}

}  // namespace peyk::smpp
