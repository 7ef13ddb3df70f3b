// What reports.hpp answers, as JSON. Nobody is named in it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"
#include "handlers/anonymous.hpp"
#include "store/mysql/insights.hpp"
#include "store/mysql/segment_pass.hpp"

namespace peyk::gateway {

HttpResponse insights_answer(const handlers::Club& club);
HttpResponse offers_answer(const handlers::Club& club);
// `days`: of the last nights; the latest is told.
HttpResponse segments_answer(const handlers::Club& club, const std::vector<store::SegmentDay>& days);
HttpResponse sales_answer(const std::vector<store::SalesDay>& days, rules::DayNumber from,
                          rules::DayNumber until);

struct NamedCustomer {
  std::string name;
  handlers::AnonymousCustomer customer;
};
// `next`: where the next page begins; empty: there is none.
HttpResponse customers_answer(std::span<const NamedCustomer> page, const std::string& next);

}  // namespace peyk::gateway
