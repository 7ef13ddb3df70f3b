#include "handlers/brought_json.hpp"

#include <nlohmann/json.hpp>

#include "handlers/programme_words.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {

using nlohmann::ordered_json;

ordered_json offers_as_json(std::span<const rules::Given> given, const Club& club) {
  ordered_json offers = ordered_json::array();
  for (const rules::Given& one : given) {
    const rules::Offer& offer = club.programme.offers.at(one.offer);
    const rules::OfferEffect& effect = offer.then.at(one.effect);
    if (effect.kind == rules::EffectKind::note) continue;
    offers.push_back({{"offer", offer.name},
                      {"title", offer.title},
                      {"effect", word_of(effect.kind).name},
                      {"value", one.value}});
    if (effect.kind == rules::EffectKind::item) offers.back()["item"] = effect.text;
  }
  return offers;
}

ordered_json codes_as_json(const Brought& brought) {
  ordered_json codes = ordered_json::array();
  for (const Earned& earned : brought.credits) {
    if (earned.kept() == 0) continue;
    codes.push_back({{"code", std::to_string(earned.code.number)},
                     {"amount", earned.kept()},
                     {"expires", templates::rfc3339(earned.lot.expires_at)}});
  }
  return codes;
}

ordered_json items_as_json(const Brought& brought) {
  ordered_json items = ordered_json::array();
  for (const Item& item : brought.items) {
    items.push_back({{"code", std::to_string(item.code.number)},
                     {"item", item.code.item},
                     {"expires", templates::rfc3339(item.lot.expires_at)}});
  }
  return items;
}

ordered_json tier_as_json(std::uint32_t tier, const Club& club) {
  const auto& tiers = club.programme.tiers.tiers;
  if (tier == 0 || tier > tiers.size()) return nullptr;
  return tiers[tier - 1].name;
}

}  // namespace peyk::handlers
