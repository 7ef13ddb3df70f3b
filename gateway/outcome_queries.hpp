// Texts whose time is over and of which no receipt told: their carrier is asked, once, where it knows
// query_sm (SMPP 3.4, 4.8).
//
//   every second a page of one line's messages -> waits -> query_sm -> marked as asked
//                                                                   -> its message_state, saved as a
//                                                                   receipt's
//
// What must stay true: texts go first: a question waits until half of what the carrier is given now is free;
// a carrier that is down keeps no other from being asked; a question counts as asked once it has left, so
// that none is lost with this process (two of which may ask the same at one time: a question changes
// nothing); one that is not answered is not asked again; an answer that cannot be saved is tried again some
// times, alone in the end, and while many wait for that nothing is asked.
//
// Thread rule: the network thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/carriers.hpp"
#include "gateway/halving_sets.hpp"
#include "store/mysql/receipts.hpp"
#include "store/mysql/sql_thread.hpp"
#include "store/mysql/unheard.hpp"

namespace peyk::gateway {

// Tags of query_sm. A USSD screen's has another bit (kUssdTag).
inline constexpr std::uint64_t kQueryTag = std::uint64_t{1} << 62;

class OutcomeQueries {
 public:
  // References outlive this. `post`: onto the network thread, from any thread.
  OutcomeQueries(store::SqlThread& sql, Carriers& carriers, const std::vector<LineOptions>& lines,
                 std::function<void(std::function<void()>)> post);

  void tick();  // every second
  void answered(std::uint64_t tag, const smpp::Pdu& response);
  void unanswered(std::uint64_t tag) { open_.erase(tag); }

 private:
  struct Line {
    std::string number;
    std::set<std::string> carriers;  // that may be asked
    store::MessageId after = 0;
  };
  struct Question {
    std::string line;
    store::UnheardPart part;
  };
  struct Told {
    store::Receipt receipt;
    std::uint32_t failures = 0;  // to save it alone
  };
  using ToldSets = HalvingSets<Told>;
  using PartName = std::pair<store::MessageId, std::uint32_t>;

  void look();
  std::set<std::string> carriers_with_room(const Line& line) const;
  void found(const Line& line, std::vector<store::UnheardPart> parts);
  void ask();
  bool ask(Carrier& carrier, const Question& question);
  void mark(std::vector<store::UnheardPart> asked);
  void save_told();
  void not_saved(const ToldSets::Set& set);

  static constexpr std::size_t kToldAtOnce = 1000;  // saved in one transaction
  static constexpr std::size_t kToldMax = 10'000;   // not saved yet; beyond it nothing is looked for
  static constexpr std::uint32_t kSavesMax = 10;    // of an answer alone, a second apart

  store::SqlThread& sql_;
  Carriers& carriers_;
  std::function<void(std::function<void()>)> post_;
  std::vector<Line> lines_;  // that have such a carrier
  std::size_t next_line_ = 0;
  bool looking_ = false;
  std::map<std::string, std::deque<Question>> waiting_;  // by carrier
  std::set<PartName> not_marked_;                        // that wait, or were asked a moment ago
  std::unordered_map<std::uint64_t, store::UnheardPart> open_;
  ToldSets told_{kToldAtOnce};  // not saved yet
  std::vector<Told> failed_;    // to be tried again with the next tick
  bool saving_ = false;
  std::uint64_t next_tag_ = 0;
};

}  // namespace peyk::gateway
