// What is looked up, as JSON. Pure.
#pragma once

#include <vector>

#include "gateway/http/lookups.hpp"
#include "gateway/http/message.hpp"
#include "store/mysql/club_pages.hpp"

namespace peyk::gateway {

// `limit` rows at most are shown; one more says that there is a next page.
HttpResponse answer_of(const store::MemberPage& page, const handlers::Club& club, rules::Instant now);
HttpResponse answer_of(const std::vector<handlers::Member>& members, std::uint32_t limit);
// `by_purchase_time`: of a member, whose pages are in the order of purchased_at.
HttpResponse answer_of(const std::vector<store::PurchaseRow>& purchases, std::uint32_t limit,
                       bool by_purchase_time);
HttpResponse answer_of(const std::vector<store::RedemptionRow>& redemptions, std::uint32_t limit);
HttpResponse answer_of(const std::vector<store::StatementRow>& entries, std::uint32_t limit);
HttpResponse branches_of(const handlers::Club& club, handlers::BranchNo key_branch);
HttpResponse answer_of(const LineHealth& health, const handlers::Club& club);

}  // namespace peyk::gateway
