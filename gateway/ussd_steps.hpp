// What a gateway's USSD message is to us, before anybody decides it, and the message that answers it.
//
//   deliver_sm, data_sm -> read_asked -> UssdAsked -> its mark
//   what Redis knows of the dialog, mark -> step_is -> next | again | late | unknown
//   UssdAsked, text -> make_screen -> submit_sm, or data_sm
//
// "Again" is the network's redelivery: it gets the same screen, and nothing is done twice. SMPP gives a step
// no name. What tells a redelivery from a key that was pressed twice ("9" more, "9" more) is, in this order:
// the network's own numbers, where it counts its steps; whether it took the screen before, which nobody can
// have answered who has not seen it; and how fast no hand is.
//
// Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/options.hpp"
#include "smpp/ussd.hpp"
#include "store/redis/dialogs.hpp"

namespace peyk::gateway {

// No hand presses a key on a screen that was taken so short a time ago.
inline constexpr std::chrono::milliseconds kTypedAgainAfter{1000};

// The row of the carrier's profile, with what the carrier says besides.
smpp::UssdProfile ussd_profile(const CarrierOptions& options);

struct UssdAddress {
  std::uint8_t ton = 0, npi = 0;
  std::string digits;
};

// A step as the gateway told it.
struct UssdAsked {
  smpp::UssdEvent event = smpp::UssdEvent::begin;
  std::string session;       // of the profile; where it has none: the service code, one dialog for each
  std::string wire_session;  // as it goes back; empty where the profile has none
  std::uint8_t sequence = 0;
  bool one_shot = false;
  std::string text;  // what was dialled or typed, UTF-8
  UssdAddress subscriber, service;
  std::string
      dialled;  // begin: "*7000*2#", whether the gateway passed it whole or only what follows the code
};

// nullopt: no USSD, or no operation that a gateway has.
std::optional<UssdAsked> read_asked(const smpp::Pdu& pdu, const CarrierOptions& options);

store::DialogStep step_of(const UssdAsked& asked);

enum class StepIs : std::uint8_t {
  next,     // of the open dialog
  again,    // the step that was answered last
  late,     // of a dialog that is over
  unknown,  // of none that we know
};
// `redelivery_window`: after it nothing is a redelivery any more.
StepIs step_is(const std::optional<store::Dialog>& dialog, const store::DialogStep& step,
               std::chrono::milliseconds redelivery_window);

// The screen, on its way back. `code` is what was dialled ("*7000"), for networks that leave the service's
// address empty. A text that no screen holds is cut.
smpp::Body make_screen(const UssdAsked& asked, const CarrierOptions& options, std::string_view code,
                       std::string_view text, bool last);

}  // namespace peyk::gateway
