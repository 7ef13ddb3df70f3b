// What cashiers order by text beside codes: a purchase, a shopper's membership. Each row knows what it wants
// to know.
//
//   "BUY 0912… 850000 [invoice] [PIN]"     a purchase, as a till reports it (buy.cpp)
//   "JOIN 0912…"                           a shopper is asked whether she joins (invite.cpp)
//   "QUOTE 0912… 850000"                   what a purchase would bring, before payment (quote.cpp)
//   "CUSTOMER 0912…"                       managers: how she stands with the club (about_member.cpp)
//   "TAG 0912… word", "UNTAG 0912… word"   managers: what the club calls her (tags.cpp)
//   "TELL 0912… text"                      managers: a text to one member (tell.cpp)
//   "OFFER gold 10% until 22"              managers: an offer in a few keys (managers_offer.cpp)
//
// To add one: a row in kOrders.
#pragma once

#include <span>

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"
#include "templates/keywords.hpp"

namespace peyk::handlers {

struct CashierOrder {
  templates::Keyword keyword;
  Needs (*needs)(const Speaker&, const templates::Typed&, const Setting&);
  Said (*decide)(const Speaker&, const templates::Typed&, std::span<const CodeKey> candidates, const Facts&,
                 Setting&);
};

// nullptr: it is none, or the speaker is no cashier.
const CashierOrder* cashier_order(const Speaker& speaker, const templates::Typed& typed);

}  // namespace peyk::handlers
