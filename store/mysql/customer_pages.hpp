// The members of a club as customers, page by page, without locks: for who reckons something of all of them.
//
//   CustomerPages::next() -> member, profile, and as facts how she buys and where she stands -> measures_of()
//   PastPages::next()     -> member, profile, every purchase of hers in the order of time
//
// Who is a member has a phone: neither who has left nor the account of a club's gifts. Who asks about members
// (who is in a segment) gets those too who have bought nothing: of them there is no behaviour, which is how a
// purchase, an event or a birthday finds them, so that all judge alike (docs/decisions/0044). Who asks how
// members buy gets the buyers alone.
//
// What must stay true: a page is a moment's view; whoever acts upon it decides again under locks. A page is a
// range of one index, of members or of behaviour, and a set read for each table that is asked for: nothing is
// read member by member.
#pragma once

#include <optional>
#include <vector>

#include "handlers/facts.hpp"
#include "handlers/measures.hpp"
#include "handlers/replay.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kCustomerPage = 500;  // members

struct Customer {
  handlers::Member member;
  handlers::Profile profile;
};

// These of them, in the order of their numbers; not who has left.
std::vector<Customer> customers_of(Connection& connection, handlers::ClubId club,
                                   const std::vector<handlers::MemberId>& members);

// In the order of their numbers.
class CustomerPages {
 public:
  enum class Whom : std::uint8_t { members, buyers };
  // Profiles and ranks: those that a condition of the club asks for, or all.
  enum class Read : std::uint8_t { asked, all };
  CustomerPages(const handlers::Club& club, Whom whom, handlers::MemberId after = 0, Read read = Read::asked)
      : club_(&club), whom_(whom), after_(after), read_(read) {}

  // `facts` gets the behaviour of each who has bought; her rank, lots, tags and rating if a condition asks
  // for them. Empty: that was the last page. Throws SqlError; the page is then as if it had not been asked
  // for.
  std::vector<Customer> next(Connection& connection, handlers::Facts& facts,
                             std::uint32_t limit = kCustomerPage);
  // After which member the next page begins.
  handlers::MemberId after() const { return after_; }

 private:
  const handlers::Club* club_;
  Whom whom_;
  handlers::MemberId after_;
  Read read_;
};

// One, bought or not, and what `facts` get of her likewise; nothing: she is no member. Throws SqlError.
std::optional<Customer> customer_by_phone(Connection& connection, const handlers::Club& club,
                                          handlers::PhoneNumber phone, handlers::Facts& facts);

struct CustomerPast {
  Customer customer;
  std::vector<handlers::RecordedPurchase> purchases;
};
// Of buyers.
class PastPages {
 public:
  explicit PastPages(handlers::ClubId club) : club_(club) {}
  // Empty: that was the last page. Throws SqlError.
  std::vector<CustomerPast> next(Connection& connection, std::uint32_t limit = kCustomerPage);

 private:
  handlers::ClubId club_;
  handlers::MemberId after_ = 0;
};

}  // namespace peyk::store
