// One of the carriers that send for a line, and what this process has learned about sending over it.
//
// Thread rule: the network thread.
#pragma once

#include <cstdint>
#include <map>

#include "gateway/adaptive_rate.hpp"
#include "gateway/carriers.hpp"
#include "gateway/metrics.hpp"
#include "gateway/submit_policy.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway {

struct OutboundRoute {
  // `slowest_account`: the rate of the slowest of the line's carriers, 0 where none has one.
  OutboundRoute(Carrier& its_carrier, const LineOptions& line, double slowest_account)
      : carrier(its_carrier),
        key{its_carrier.options().name, line.number},
        policy(its_carrier.options().status_classes),
        line_rate(line.rate),
        account_rate(its_carrier.options().rate),
        agreed{line.rate, its_carrier.options().rate, slowest_account} {}

  Carrier& carrier;
  store::LineKey key;  // its account's pace; of the line's own carrier also the lanes and the line's pace
  SubmitPolicy policy;
  AdaptiveRate line_rate, account_rate;
  const store::Rates agreed;
  bool extra_tlvs_refused = false;  // it took a part without what it had refused the part with

  // What a grant is asked with. An agreed rate is slowed down in Redis, for all processes; where there is
  // none, what this process has found out is the limit.
  store::Rates rates(AdaptiveRate::Time now) const;
  // The same for what has its slots of the line's pace already.
  store::Rates rates_behind_line(AdaptiveRate::Time now) const;
  // submit_sm a second, of line and account together; 0: no limit.
  double effective_rate(AdaptiveRate::Time now) const;
  // Responses of that command_status; its handle is looked up once and not once a text.
  Counter& submits(Metrics& metrics, std::uint32_t command_status);

 private:
  std::map<std::uint32_t, Counter*> submits_;
};

}  // namespace peyk::gateway
