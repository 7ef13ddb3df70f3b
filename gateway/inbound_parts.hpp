// Parts of phones' long texts: collected while the last set is being saved, saved as a set, then acknowledged
// or, where one was the last that was missing, handed on as a whole text.
//
//   part -> waits -> saved with those that wait -> deliver_sm_resp | the whole text, to be decided
//   whole text was decided -> waits -> marked done with others
//
// What must stay true: a part is acknowledged only after it is kept; a set that cannot be saved is halved, so
// that one bad part harms no other; no room, or nothing kept, is a temporary error to the carrier, which
// sends the part again.
//
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "gateway/carrier_link.hpp"
#include "gateway/halving_sets.hpp"
#include "store/mysql/mo_parts.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

struct InboundPartsLimits {
  std::size_t waiting_max = 10'000;  // parts not saved yet; more are told to come again
  std::size_t set_max = 500;         // saved at once
};

struct InboundPartsHooks {
  // Each takes a set to be saved in one transaction. False: there is no room for it now and nothing follows;
  // else the callback follows on the network thread, without a value where the set cannot be saved.
  using Added = std::optional<std::vector<store::AddedPart>>;
  std::function<bool(std::vector<store::MoPart>, std::function<void(Added)>)> save;
  std::function<bool(std::vector<store::DoneMoText>, std::function<void()>)> mark_done;
  // Takes a whole text.
  std::function<void(CarrierRequest, const handlers::RequestKey&, const store::AddedPart&)> joined;
  std::function<void(const std::vector<store::LostText>&)> lost;  // texts that were given up
};

class InboundParts {
 public:
  explicit InboundParts(InboundPartsHooks hooks, InboundPartsLimits limits = {});

  void take(CarrierRequest request, store::MoPart part);
  // The whole text was acted upon: its parts, should they come again, begin no other.
  void done(store::DoneMoText text);

 private:
  struct Waiting {
    CarrierRequest request;
    store::MoPart part;
  };
  using Set = HalvingSets<Waiting>::Set;

  void save();
  void mark_done();
  void saved(const Set& set, const std::vector<store::AddedPart>& added);
  void not_saved(const Set& set);
  static void refuse(const Set& set);

  const InboundPartsHooks hooks_;
  const InboundPartsLimits limits_;
  HalvingSets<Waiting> waiting_;
  std::vector<store::DoneMoText> done_;
  bool saving_ = false, marking_ = false;
};

// `save` and `mark_done` by this thread; `post` runs a function on the network thread.
InboundPartsHooks hooks_by(store::SqlThread& sql, std::function<void(std::function<void()>)> post);

}  // namespace peyk::gateway
