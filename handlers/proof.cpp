#include "handlers/proof.hpp"

#include <algorithm>

#include "handlers/taking.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

constexpr std::size_t kDigits = 4;
// So long her phone is not asked about another order: who orders to and fro cannot flood it.
constexpr std::chrono::seconds kAskedAgainAfter{30};

bool starts_with_digit(std::string_view word) {
  return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

bool is_last4(std::string_view word) {
  return word.size() == kDigits &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string last4_of(PhoneNumber phone) {
  const std::string digits = std::to_string(phone);
  return digits.substr(digits.size() - std::min(digits.size(), kDigits));
}

// What was taken of the code and stands, within the time in which she may dispute it, and `used` of now: an
// amount that needs proof needs it in slices too.
rules::Amount with_lately_taken(const Club& club, const Code& code, rules::Amount used, const Facts& facts,
                                rules::Instant now) {
  const std::chrono::hours window{club.policy.dispute_window_hours};
  for (const Redemption& one : facts.redemptions(code.id)) {
    if (!one.voided && now - one.at < window) used += one.used;
  }
  return used;
}

Speaker asking_cashier(const Pending& pending, const Directory& directory) {
  return {.club = directory.club(pending.key.club),
          .phone = pending.asked_by,
          .cashier = directory.cashier(pending.key.club, pending.asked_by)};
}

}  // namespace

bool asks_for_last4(const Club& club) {
  return club.policy.proof_last4_from > 0;
}

bool begins_with_last4(std::span<const std::string> words, const Club& club) {
  return asks_for_last4(club) && words.size() > 1 && is_last4(words[0]) && starts_with_digit(words[1]);
}

std::string shown_phone(const Club& club, PhoneNumber phone) {
  std::string masked = templates::masked(phone);
  if (asks_for_last4(club)) masked.resize(masked.size() - std::min(masked.size(), kDigits));
  return masked;
}

std::optional<Said> last4_refusal(const Speaker& speaker, const RedeemOrder& order, const Code& code,
                                  rules::Amount used, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const bool needed = asks_for_last4(club) && !order.confirmed &&
                      with_lately_taken(club, code, used, facts, setting.now) >= club.policy.proof_last4_from;
  if (order.last4.empty() && !needed) return std::nullopt;
  const std::string shown = std::to_string(order.code);
  const auto say = [&](std::string_view key) {
    return render(setting, key, speaker.language,
                  {{"code", shown}, {"word", club.word}, {"amount", money(club, order.invoice_amount)}});
  };
  if (order.last4.empty()) return Said{.reply = say("redeem_refused_last4_missing")};
  if (order.last4 == last4_of(facts.member(code.member)->phone)) return std::nullopt;
  Said said{.reply = say("redeem_refused_last4_wrong")};
  said.effects.push_back(miss(speaker, facts, setting.now));
  return said;
}

std::optional<Said> redeem_challenge(const Speaker& speaker, const RedeemOrder& order, const Facts& facts,
                                     Setting& setting) {
  if (speaker.club->policy.redeem_auth != CashierAuth::challenge || order.confirmed) return std::nullopt;
  return challenge(speaker,
                   {.key = {.kind = PendingKind::redeem_challenge},
                    .code = order.code,
                    .amount = order.invoice_amount,
                    .invoice = order.invoice},
                   facts, setting);
}

Needs needs_proof(const Speaker& speaker, rules::CodeNumber code) {
  Needs needs;
  if (speaker.cashier != nullptr && speaker.club->policy.proof_handset_from > 0)
    needs.owners_pendings.insert({speaker.club->id, code});
  return needs;
}

bool wants_handset(const Club& club, const RedeemOrder& order, const Code& code, rules::Amount used,
                   const Facts& facts, rules::Instant now) {
  return !order.proven && club.policy.proof_handset_from > 0 &&
         with_lately_taken(club, code, used, facts, now) >= club.policy.proof_handset_from;
}

namespace {

// What her phone was asked about and may reply to still; nullptr: nothing.
const Pending* asked_before(const PendingKey& key, const Facts& facts, rules::Instant now) {
  for (const Pending* one : facts.pendings({key.club, key.phone})) {
    if (one->key == key && is_waiting(*one, now)) return one;
  }
  return nullptr;
}

bool is_same(const Pending& pending, const Speaker& cashier, const RedeemOrder& order) {
  return pending.asked_by == cashier.phone && pending.code == order.code &&
         pending.amount == order.invoice_amount && pending.invoice == order.invoice;
}

}  // namespace

Said ask_handset(const Speaker& speaker, const RedeemOrder& order, const Code& code, rules::Amount used,
                 const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const Member& member = *facts.member(code.member);
  const PendingKey key{club.id, member.phone, PendingKind::handset_proof};
  const std::string phone = shown_phone(club, member.phone);
  Said said{.reply = render(setting, speaker.text("proof_asked"), speaker.language, {{"phone", phone}})};
  if (const Pending* before = asked_before(key, facts, setting.now)) {
    if (is_same(*before, speaker, order)) return said;
    if (setting.now - before->asked_at < kAskedAgainAfter)
      return {.reply = render(setting, "proof_asked_other", speaker.language,
                              {{"seconds", static_cast<std::int64_t>(kAskedAgainAfter.count())}})};
  }
  auto pending = ask({.key = key,
                      .code = order.code,
                      .amount = order.invoice_amount,
                      .invoice = order.invoice,
                      .asked_by = speaker.phone,
                      .branch = speaker.cashier->branch},
                     facts, setting);
  if (!pending) return {.reply = asked_too_often(key, speaker.language, facts, setting)};
  const std::string number = std::to_string(pending->number);
  said.texts.push_back(text_with_number(club, *pending,
                                        render(setting, "proof_member", member.language,
                                               {{"club", club.name},
                                                {"branch", branch_name(club, speaker.cashier->branch)},
                                                {"used", money(club, used)},
                                                {"number", number}}),
                                        end_of_code({club.id, order.code}, facts, setting.now)));
  said.effects.push_back(SetPending{std::move(*pending)});
  return said;
}

Needs needs_handset(const Pending& pending, const Setting& setting) {
  const Speaker cashier = asking_cashier(pending, setting.directory);
  Needs needs = needs_code(cashier, pending.code);
  needs.members.insert(cashier.key());  // the language in which she is told
  if (cashier.cashier != nullptr) {
    const Taker taker{.club = cashier.club, .branch = cashier.cashier->branch, .cashier = cashier.phone};
    want_bill(needs, taker, pending.invoice, setting.now);
  }
  return needs;
}

Said handset_confirmed(const Speaker& member, const Pending& pending, const Facts& facts, Setting& setting) {
  Speaker cashier = asking_cashier(pending, setting.directory);
  const Club& club = *cashier.club;
  const auto nothing = [&] {
    return render(setting, "proof_nothing", member.language, {{"club", club.name}});
  };
  if (cashier.cashier == nullptr) return {.reply = nothing()};
  cashier.language = language_for(facts.member(cashier.key()), std::nullopt, club);
  Said said = redeem(cashier,
                     {.code = pending.code,
                      .invoice_amount = pending.amount,
                      .invoice = pending.invoice,
                      .confirmed = true,
                      .proven = true},
                     facts, setting);
  said.texts.push_back(text_to(club, cashier.phone, Lane::urgent, std::exchange(said.reply, {}), setting.now,
                               std::exchange(said.good_until, kNeverEnds)));
  const bool taken = std::any_of(said.effects.begin(), said.effects.end(), [](const Effect& effect) {
    return std::holds_alternative<TakeFromLot>(effect);
  });
  if (!taken) said.reply = nothing();
  return said;
}

}  // namespace peyk::handlers
