#include "handlers/move.hpp"

#include <algorithm>

#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

// While two in three numbers of a club are free, one draw in a thousand has too few, and is drawn again.
constexpr std::size_t kCandidatesPerCode = 3, kCandidatesMin = 6;
constexpr std::size_t kMovedCodesListedMax = 4;  // with words around them, three parts of a Persian text

// The next number that is free and was not taken by this move.
rules::CodeNumber draw(std::span<const CodeKey>& candidates, const std::vector<MoveCredit::Part>& parts,
                       const Facts& facts) {
  while (!candidates.empty()) {
    const CodeKey candidate = candidates.front();
    candidates = candidates.subspan(1);
    const bool taken = std::any_of(parts.begin(), parts.end(), [&candidate](const MoveCredit::Part& part) {
      return part.code.number == candidate.number;
    });
    if (!taken && facts.is_free(candidate)) return candidate.number;
  }
  throw OutOfCandidates{};
}

LotOrigin origin_by(MoveKind kind, const Lot& from) {
  if (kind == MoveKind::transfer) return LotOrigin::transfer;
  return kind == MoveKind::undo ? from.kind : from.origin;
}

Lot open_lot(const Source& source, MoveKind kind, MemberId to, Setting& setting) {
  const Lot& from = *source.lot;
  return {.id = setting.chance.next_id(),
          .club = from.club,
          .member = to,
          .origin = origin_by(kind, from),
          .kind = from.kind,
          .issued = source.amount,
          .remaining = source.amount,
          .created_at = setting.now,
          .expires_at = from.expires_at,
          .branch = from.branch};
}

}  // namespace

rules::Instant start_of_day(const Club& club, rules::Instant now) {
  return templates::start_of_local_day(now, club.time_zone);
}

Needs needs_move(const Club& club, const MemberKey& from, const Setting& setting) {
  Needs needs;
  needs.wallets.insert(from);
  needs.moves.emplace(from, start_of_day(club, setting.now));
  return needs;
}

void draw_codes(Needs& needs, const Club& club, const Setting& setting, std::size_t codes) {
  const std::size_t count = std::max(codes * kCandidatesPerCode, kCandidatesMin);
  for (std::size_t i = 0; i < count; ++i) {
    needs.candidates.push_back({club.id, rules::code_from_random(setting.chance.random())});
  }
}

std::variant<std::vector<Source>, rules::MoveRefusal> sources_of(std::span<const Lot* const> lots,
                                                                 rules::Amount amount, const Facts& facts,
                                                                 rules::Instant now) {
  std::vector<rules::Amount> available;
  for (const Lot* lot : lots) available.push_back(facts.available(*lot, now));
  const auto moved = rules::move_out(available, amount);
  if (const auto* why = std::get_if<rules::MoveRefusal>(&moved)) return *why;
  const auto& taken = std::get<std::vector<rules::Amount>>(moved);
  std::vector<Source> sources;
  for (std::size_t i = 0; i < taken.size(); ++i) sources.push_back({lots[i], taken[i]});
  return sources;
}

rules::Amount movable_at_once(std::span<const Lot* const> lots, const Facts& facts, rules::Instant now) {
  rules::Amount sum = 0;
  for (std::size_t i = 0; i < std::min(lots.size(), rules::kMovedLotsMax); ++i)
    sum += facts.available(*lots[i], now);
  return sum;
}

MoveCredit move_credit(const Club& club, const MoveOrder& order, std::span<const CodeKey> candidates,
                       const Facts& facts, Setting& setting) {
  MoveCredit effect{.move = {.id = setting.chance.next_id(),
                             .club = club.id,
                             .kind = order.kind,
                             .from = order.from,
                             .to = order.to,
                             .lots = static_cast<std::uint32_t>(order.sources.size()),
                             .at = setting.now}};
  for (const Source& source : order.sources) {
    MoveCredit::Part part;
    part.code.number = draw(candidates, effect.parts, facts);
    part.lot = open_lot(source, order.kind, order.to, setting);
    part.code = {.id = setting.chance.next_id(),
                 .club = club.id,
                 .number = part.code.number,
                 .member = order.to,
                 .lot = part.lot.id,
                 .state = CodeState::live,
                 .issued_at = setting.now};
    part.entry = {.id = setting.chance.next_id(),
                  .club = club.id,
                  .kind = rules::EntryKind::move,
                  .member = order.from,
                  .lot = source.lot->id,
                  .amount = source.amount,
                  .at = setting.now,
                  .to_member = order.to,
                  .to_lot = part.lot.id,
                  .move = effect.move.id};
    const Code* before = facts.code_of_lot(*source.lot);
    if (before != nullptr && before->state == CodeState::live && source.lot->remaining == source.amount)
      part.ended = before->id;
    effect.move.amount += source.amount;
    effect.parts.push_back(std::move(part));
  }
  return effect;
}

rules::Instant soonest_end(const MoveCredit& move) {
  rules::Instant soonest = kNeverEnds;
  for (const MoveCredit::Part& part : move.parts) soonest = std::min(soonest, part.lot.expires_at);
  return soonest;
}

std::string list_of_moved(std::string_view line_key, Language language, const Club& club,
                          const MoveCredit& move, const Setting& setting) {
  std::string lines;
  const std::size_t shown = std::min(move.parts.size(), kMovedCodesListedMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const MoveCredit::Part& part = move.parts[i];
    const std::string code = std::to_string(part.code.number);
    if (!lines.empty()) lines += '\n';
    lines += render(setting, line_key, language,
                    {{"code", code},
                     {"amount", money(club, part.lot.issued)},
                     {"until", templates::LastDayShort{part.lot.expires_at, club.time_zone}}});
  }
  if (move.parts.size() > shown) {
    lines += '\n' + render(setting, "codes_more", language,
                           {{"count", static_cast<std::int64_t>(move.parts.size() - shown)}});
  }
  return lines;
}

}  // namespace peyk::handlers
