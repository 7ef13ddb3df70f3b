// The carrier: accounts, links, what comes from ESMEs and what goes to them. No socket in here.
//
//   shell: opened / feed / closed / tick  →  Carrier  →  output(link), finished(link), written by the shell
//   control: send_text / dial / press / fault  →  Carrier  →  done callbacks, on_text
//
//   submit_sm and its kin → faults, rate → MessageCentre → answer (at once or late); on_text, receipts
//   send_text → parts → Deliveries → a bound link of the lane → deliver_sm_resp → done
//
// What must stay true: every submit_sm is answered exactly once, unless a fault says otherwise; a text is
// shown only if its submit_sm was accepted. A callback may come from inside the call that registered it.
//
// One thread. To add a fault: the checklist of faults.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/answers.hpp"
#include "sim/clock.hpp"
#include "sim/contract.hpp"
#include "sim/deliveries.hpp"
#include "sim/dialogs.hpp"
#include "sim/faults.hpp"
#include "sim/link.hpp"
#include "sim/message_centre.hpp"
#include "sim/options.hpp"
#include "sim/receipts.hpp"
#include "sim/record.hpp"
#include "sim/texts.hpp"
#include "sim/throttle.hpp"
#include "sim/window_counter.hpp"
#include "smpp/session.hpp"

namespace peyk::sim {

// How an MO text is to be delivered, beyond the ordinary.
enum class Redeliver : std::uint8_t {
  no,
  at_once,       // the same deliver_sm twice in a row, neither answered when the second is sent
  after_answer,  // again after the first was answered, as a carrier does that lost the answer
};

struct MoText {
  std::string from, to, text;
  Redeliver redeliver = Redeliver::no;
};

struct MoResult {
  std::uint32_t command_status = 0;     // the first that was not 0, of all parts and copies
  std::int64_t us = 0;                  // from deliver_sm to its answer; the slowest part
  std::uint32_t attempts = 0;           // deliver_sm sent, all parts and copies together
  std::vector<std::uint32_t> statuses;  // in the order of the answers
  bool answered = true;                 // false: given up
};

struct CarrierCounts {
  std::uint64_t binds = 0, binds_refused = 0, links = 0, links_lost = 0;
  std::uint64_t submits = 0, submits_refused = 0, throttled = 0, receipts = 0;
  std::uint64_t mo = 0, mo_answered = 0;
};

class Carrier {
 public:
  using MoDone = std::function<void(const MoResult&, Time)>;

  // `first_message_id`: counted up from here, so that a restarted carrier gives no id twice.
  Carrier(const Options& options, Record& record, std::uint64_t first_message_id);
  ~Carrier();

  // The shell's side. A link that is finished() is closed by the shell once its output is written.
  std::optional<LinkId> opened(Time now);  // nothing: too many links
  void feed(LinkId link, std::string_view octets, Time now);
  // What is fed from now on was there at this moment at the earliest; without it, when it is fed.
  void may_have_come_at(Time earliest) { may_have_come_at_ = earliest; }
  void closed(LinkId link, Time now);
  void tick(Time now);
  // Moves what is to be written on the link into `to` (appended) and records it.
  void take_output(LinkId link, std::string& to, Time now);
  bool finished(LinkId link) const;
  bool reads(LinkId link, Time now) const;  // false: the shell is not to read from it now
  bool dropped(LinkId link) const;          // to be closed at once, whatever is unwritten
  std::vector<LinkId> links() const;

  // Nothing: taken, `done` will be called once. Else why not.
  std::optional<std::string> send_text(const MoText& text, MoDone done, Time now);
  Dialogs& dialogs() { return dialogs_; }

  MessageCentre& centre() { return centre_; }
  Faults& faults() { return faults_; }
  ContractCheck& contract() { return contract_; }
  const ContractCheck& contract() const { return contract_; }

  // From now on; the profile's faults take the place of those that are on. Links keep what their bind said.
  void set_profile(Profile profile, Time now);
  const Profile& profile() const { return profile_; }
  void drop_links();                                    // without a goodbye
  void unbind_links(Time now);                          // with one
  void freeze_links();                                  // open, and nothing is read or written any more
  void release_responses(Time now);                     // those that a fault holds
  bool send_raw(LinkId link, std::string_view octets);  // octets no codec would write
  void clear_counts();

  std::function<void(const Text&)> on_text;  // each whole MT text
  std::function<void()> on_bound;

  const CarrierCounts& counts() const { return counts_; }
  const Texts& texts() const { return centre_.texts(); }
  const Deliveries& deliveries() const { return deliveries_; }
  const std::map<std::string, WindowCounter>& windows() const { return windows_; }
  std::size_t bound_receivers() const;  // links that may be given a deliver_sm
  std::size_t bound_links() const;

 private:
  void handle_events(Link& link, Time now);
  void on_event(Link& link, smpp::BindRequested& event, Time now);
  void on_event(Link& link, smpp::Request& event, Time now);
  std::uint32_t bind_status(const smpp::Bind& bind, std::size_t& account) const;
  bool may_submit(Link& link, Answer& answer, const Faults::Target& target, Time now);
  void carry_out(Link& link, const smpp::Pdu& pdu, Answer& answer, Time now);
  void on_news(const Submission& submission, smpp::ReceiptState state, Time now);
  ReceiptFacts facts_of(const Submission& submission, smpp::ReceiptState state, bool misnamed) const;
  void count_submit(const std::string& source_addr, Time now);
  void freeze(Link& link);
  void harm_link(Link& link, Time now);
  void answer(Answer answer, const Faults::Target& target, Time now);
  void give(const Answer& answer, Time now);
  void drop_unwanted_answers(std::string& output, Time now);
  bool deliver(std::size_t lane, DeliveryId id, const smpp::Body& body, Time now);
  bool lane_allows(std::size_t lane, const Link& link) const;
  bool is_bound_for(std::size_t lane) const;
  std::optional<std::size_t> ussd_account() const;
  bool send_step(std::size_t account, smpp::Body step, std::function<void(const Delivered&, Time)> done,
                 Time now);

  const Options& options_;
  Record& record_;
  std::map<LinkId, std::unique_ptr<Link>> links_;
  std::vector<LinkId> next_link_;  // per lane: where the round over the links goes on
  LinkId next_id_ = 1;
  std::uint16_t next_reference_ = 0;
  Answers answers_;
  std::optional<std::chrono::milliseconds> response_delay_;  // a receipt goes first, in this turn
  Faults faults_;
  CarrierCounts counts_;
  Profile profile_;
  ContractCheck contract_;
  MessageCentre centre_;
  Chance jitter_;
  std::vector<RateLimit> rates_;                  // by account
  std::map<std::string, WindowCounter> windows_;  // by source address of submits
  std::optional<Time> may_have_come_at_;
  Deliveries deliveries_;
  Dialogs dialogs_;
};

}  // namespace peyk::sim
