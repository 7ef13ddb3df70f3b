#include "gateway/inbound_parts.hpp"

#include <utility>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"

namespace peyk::gateway {

InboundParts::InboundParts(InboundPartsHooks hooks, InboundPartsLimits limits)
    : hooks_(std::move(hooks)), limits_(limits), waiting_(limits.set_max) {}

void InboundParts::take(CarrierRequest request, store::MoPart part) {
  if (waiting_.waiting() >= limits_.waiting_max) {
    request.link->respond(request.generation, request.pdu, smpp::ESME_RX_T_APPN);
    return;
  }
  waiting_.push({std::move(request), std::move(part)});
  save();
}

void InboundParts::save() {
  if (saving_ || waiting_.empty()) return;
  saving_ = true;
  const Set set = waiting_.next();
  std::vector<store::MoPart> parts;
  for (const Waiting& one : *set) parts.push_back(one.part);
  const bool queued = hooks_.save(std::move(parts), [this, set](const InboundPartsHooks::Added& added) {
    saving_ = false;
    added ? saved(set, *added) : not_saved(set);
    save();
  });
  if (queued) return;
  saving_ = false;
  refuse(set);
}

void InboundParts::saved(const Set& set, const std::vector<store::AddedPart>& added) {
  for (std::size_t i = 0; i < set->size(); ++i) {
    auto& [request, part] = (*set)[i];
    hooks_.lost(added[i].lost);
    if (!added[i].pieces.empty()) {
      hooks_.joined(std::move(request), part.message, added[i]);
    } else {
      request.link->respond(request.generation, request.pdu, smpp::ESME_ROK);
    }
  }
}

void InboundParts::not_saved(const Set& set) {
  if (waiting_.halve(set)) return;
  log::error("part_not_saved", {{"carrier", set->front().part.carrier}});
  refuse(set);
}

void InboundParts::refuse(const Set& set) {
  for (const Waiting& one : *set)
    one.request.link->respond(one.request.generation, one.request.pdu, smpp::ESME_RX_T_APPN);
}

void InboundParts::done(store::DoneMoText text) {
  done_.push_back(text);
  mark_done();
}

// A mark that cannot be saved is missed only by a part that comes again: it is decided by its key once more.
void InboundParts::mark_done() {
  if (marking_ || done_.empty()) return;
  marking_ = hooks_.mark_done(std::exchange(done_, {}), [this] {
    marking_ = false;
    mark_done();
  });
}

InboundPartsHooks hooks_by(store::SqlThread& sql, std::function<void(std::function<void()>)> post) {
  InboundPartsHooks hooks;
  hooks.save = [&sql, post](std::vector<store::MoPart> parts,
                            std::function<void(InboundPartsHooks::Added)> after) {
    const auto added = std::make_shared<std::vector<store::AddedPart>>();
    return sql.run(
        [parts = std::move(parts), added](store::Connection& connection) {
          *added = store::add_mo_parts(connection, parts, {}, wall_clock());
        },
        [added, after = std::move(after), post](bool kept) {
          post([added, after, kept] {
            after(kept ? InboundPartsHooks::Added(std::move(*added)) : InboundPartsHooks::Added());
          });
        });
  };
  hooks.mark_done = [&sql, post](std::vector<store::DoneMoText> texts, std::function<void()> after) {
    return sql.run(
        [texts = std::move(texts)](store::Connection& connection) {
          store::mo_texts_done(connection, texts, wall_clock());
        },
        [after = std::move(after), post](bool) { post(after); });
  };
  return hooks;
}

}  // namespace peyk::gateway
