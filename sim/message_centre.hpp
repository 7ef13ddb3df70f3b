// The message centre: what becomes of a text from the request that submits it to its end, and the requests
// that ask for it, take it back or change it (SMPP 3.4, 4.4 to 4.10).
//
//   submit_sm, data_sm, submit_multi → checked → waits for its schedule → its phone is on: the text arrives,
//   DELIVERED (or as the profile's outcomes say) · off: waits, until the phone is on or the validity ends
//   every end → on_end → a receipt, if asked for
//
// What must stay true: a text that was refused reaches nobody; a text ends once; only what has not ended can
// be cancelled or replaced; another account's messages are as unknown as those that never were.
//
// One thread; no sockets. Relative times count from `now`, absolute ones from the machine's clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sim/chance.hpp"
#include "sim/clock.hpp"
#include "sim/options.hpp"
#include "sim/profile.hpp"
#include "sim/submissions.hpp"
#include "sim/texts.hpp"

namespace peyk::sim {

enum class PhoneState : std::uint8_t {
  on,
  off,      // texts wait
  unknown,  // nobody's number: taken, then undeliverable
  refused,  // a number that this carrier does not take at all
};

class MessageCentre {
 public:
  struct Reply {
    std::uint32_t status = 0;
    smpp::Body body{};
  };

  MessageCentre(const Options& options, const Profile& profile, std::uint64_t first_number);

  Reply submit(std::size_t account, const smpp::SubmitSm& submit_sm, Time now);
  Reply submit(std::size_t account, const smpp::DataSm& data_sm, Time now);
  Reply submit(std::size_t account, const smpp::SubmitMulti& submit_multi, Time now);
  Reply query(std::size_t account, const smpp::QuerySm& query_sm);
  Reply cancel(std::size_t account, const smpp::CancelSm& cancel_sm, Time now);
  Reply replace(std::size_t account, const smpp::ReplaceSm& replace_sm, Time now);

  void set_phone(const std::string& phone, PhoneState state, Time now);
  void tick(Time now);

  // A message_id for what is answered elsewhere (USSD), and nothing is kept of.
  std::string spare_id();

  std::function<void(const Text&)> on_text;  // a whole text has reached its phone
  // Something is to be told of the message: its end (`state` is final), or the way there.
  std::function<void(const Submission&, smpp::ReceiptState state, Time now)> on_news;

  const Texts& texts() const { return texts_; }
  std::size_t waiting_count() const { return waiting_.size(); }

 private:
  struct Times {
    Time due{}, expires{};
  };

  std::uint32_t read_times(const std::string& schedule, const std::string& validity, Times& times,
                           Time now) const;
  std::uint32_t check(const smpp::SubmitSm& submit_sm, Times& times, Time now) const;
  Submission& take(std::size_t account, const smpp::SubmitSm& submit_sm, const Times& times);
  void try_delivery(Submission& submission, Time now);
  void wait(const Submission& submission, Time until);
  void end(Submission& submission, smpp::ReceiptState state, std::uint16_t error, Time now);
  void arrive(const Submission& submission, Time now);
  Submission* find_present(std::size_t account, const smpp::SubmitSm& submit_sm);
  Submission* find(std::size_t account, std::string_view message_id);
  std::string response_id(const Submission& submission) const;
  PhoneState phone_state(const std::string& phone) const;

  const Options& options_;
  const Profile& profile_;
  Submissions submissions_;
  Texts texts_;
  Chance chance_;
  std::multimap<Time, std::uint64_t> waiting_;          // number of what is to be tried or expires then
  std::unordered_map<std::string, PhoneState> phones_;  // those that are not simply on
};

}  // namespace peyk::sim
