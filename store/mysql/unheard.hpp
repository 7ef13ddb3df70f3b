// Parts that a carrier took and that no receipt ever spoke of, to be asked about once.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/mysql/outbox.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kUnheardPage = 200;  // messages looked at in one go

struct UnheardPart {
  MessageId message = 0;
  std::uint32_t part = 1;
  std::string carrier;
  std::string carrier_message_id;
  handlers::PhoneNumber phone = 0;
};
struct Unheard {
  std::vector<UnheardPart> parts;
  MessageId next = 0;  // where the next look begins; 0: from the beginning
};

// Of the line's submitted messages above `after`, one page: the parts taken by one of `carriers` (names) of
// those whose time was over before `over_before`, and that were not asked about yet.
Unheard load_unheard(Connection& connection, const std::string& line, const std::set<std::string>& carriers,
                     MessageId after, rules::Instant over_before);

// The carrier was asked: they are not given again, to whatever process.
void save_asked(Connection& connection, std::span<const UnheardPart> parts, rules::Instant now);

}  // namespace peyk::store
