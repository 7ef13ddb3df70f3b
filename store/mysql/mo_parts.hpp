// Texts of members that came in parts: kept until the last of them is there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/request.hpp"
#include "handlers/rules/units.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::size_t kMoPartOctetsMax = 4096;  // of one part; what is beyond is cut off
struct MoPart {
  handlers::RequestKey message{};  // of carrier, sender, receiver, reference, its width, total
  std::string carrier;
  handlers::PhoneNumber phone = 0;
  std::uint8_t seq = 1;  // 1 to total
  std::uint8_t total = 2;
  std::string octets;
  std::uint8_t data_coding = 0;
};
struct MoPatience {
  std::chrono::seconds wait_max{86400};        // for parts that are missing
  std::chrono::seconds done_remembered{3600};  // parts of a finished text are known again for so long
  std::uint32_t texts_per_phone_max = 16;      // unfinished; the oldest gives way
};
struct MoPiece {
  std::string octets;
  std::uint8_t data_coding = 0;
};
// A text of which parts never came.
struct LostText {
  std::string carrier;
  handlers::PhoneNumber phone = 0;
  std::uint32_t parts = 0, total = 0;  // there, of
};
struct AddedPart {
  bool done_before = false;     // of a text that was acted upon
  std::vector<MoPiece> pieces;  // in order, when all are there
  rules::Instant begun_at{};    // with the key it names the text: a reference comes round again
  std::vector<LostText> lost;   // given up for this part
};
// Keeps the parts, as if they came one after the other; one answer for each. May be called again with the
// same ones. A text that is whole waits for mo_texts_done().
std::vector<AddedPart> add_mo_parts(Connection& connection, std::span<const MoPart> parts,
                                    const MoPatience& patience, rules::Instant now);
// A whole text that was acted upon.
struct DoneMoText {
  handlers::RequestKey message{};
  rules::Instant begun_at{};
};
void mo_texts_done(Connection& connection, std::span<const DoneMoText> texts, rules::Instant now);
// Ends what has waited too long, and forgets what was done long enough ago. At most `limit` of each.
std::vector<LostText> forget_old_mo_texts(Connection& connection, const MoPatience& patience,
                                          rules::Instant now, std::uint32_t limit);

}  // namespace peyk::store
