// The witness: did the ESME keep to the grammar of SMPP and to its contract?
//
//   every PDU of every link, as it crossed → see() → violations, counted by rule, the first few kept
//
// It reads the wire itself, beside the session that serves the link, so that what the session tolerates is
// still told. It never acts: a carrier that forgives all and a witness that forgets nothing.
//
// What must stay true: a violation is only what the ESME did; what the carrier provoked by a fault (a link
// closed, a response never given) is not one. Memory is bounded by links × window and by the limits below.
//
// A new rule: a value in Rule, a row in kRuleWords, the place where it is broken, a line in
// docs/simulator.md, a test with a "no" beside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/profile.hpp"
#include "sim/record.hpp"
#include "smpp/parts.hpp"
#include "smpp/pdu.hpp"
#include "smpp/permissions.hpp"

namespace peyk::sim {

enum class Rule : std::uint8_t {
  // grammar of SMPP 3.4
  framing,      // a length that no PDU has
  broken_body,  // fields that cannot be read
  unknown_command,
  wrong_state,       // a request that this bind may not make, or before it
  sequence,          // 0, above 0x7FFFFFFF, or that of a request in flight
  stray_response,    // to nothing that was asked, or a second one
  wrong_response,    // of another command than the request
  unanswered,        // a request of ours, longer than the contract allows
  time_format,       // schedule_delivery_time, validity_period
  user_data_header,  // longer than its text, or parts beside themselves; SAR and UDH at once
  message_twice,     // short_message and message_payload at once
  text_length,       // more than 140 octets (160 septets) in a part
  alphabet,          // UCS-2 of an odd number of octets, GSM-7 above 0x7F
  address,           // TON and NPI against the address
  part_twice,        // a part that was accepted already
  parts_missing,     // a long text that was never whole
  tlv_for_v33,       // to a carrier that named no version
  tlv_not_allowed,   // not one of submit_sm's
  // the contract
  rate,
  source_rate,
  window,
  sessions,
  source,
  ton_npi,
  data_coding,
};
inline constexpr std::size_t kRules = 25;

std::string_view words(Rule rule);

struct Violation {
  Rule rule = Rule::framing;
  std::int64_t at_us = 0;
  std::uint32_t link = 0;
  std::uint32_t sequence_number = 0;
  std::string what;
};

class ContractCheck {
 public:
  static constexpr std::size_t kExamplesMax = 5;  // of each rule
  static constexpr std::size_t kTextsMax = 10'000, kSourcesMax = 10'000;

  explicit ContractCheck(const Profile& profile) { set_profile(profile); }
  void set_profile(const Profile& profile);

  void opened(std::uint32_t link);
  // `octets` is one frame, or what could not be cut into frames. Time never goes back.
  void see(std::uint32_t link, Direction direction, std::string_view octets, std::int64_t at_us);
  // Nothing more is expected of the link: it ended, or the carrier does not listen to it any more.
  void closed(std::uint32_t link);
  // For what is broken by waiting.
  void tick(std::int64_t at_us);
  void clear();

  std::uint64_t total() const { return total_; }
  std::uint64_t count(Rule rule) const { return counts_[static_cast<std::size_t>(rule)]; }
  const std::vector<Violation>& examples() const { return examples_; }

 private:
  struct Sent {
    smpp::CommandId id{};
    std::int64_t at_us = 0;
    std::string part_key{};  // of the long text whose part it carried
    std::uint8_t part = 0;   // 0: none
    bool told = false;
  };
  struct Link {
    std::uint32_t id = 0;
    smpp::State state = smpp::State::open;
    std::string system_id;
    bool knows_tlvs = true;                   // the carrier named 3.4 or later
    std::map<std::uint32_t, Sent> from_esme;  // in flight
    std::map<std::uint32_t, Sent> to_esme;
  };
  struct LongText {
    std::int64_t last_at_us = 0;
    std::uint32_t link = 0, sequence_number = 0;  // of the last part seen
    std::uint8_t total = 0;
    std::set<std::uint8_t> accepted;
    std::uint32_t accepted_on = 0;  // the last link
  };
  struct Recent {
    // Counts one more; whether the second that ends now has more than `rate`.
    bool exceeds(std::uint32_t rate, std::int64_t now_us) {
      while (!at_us.empty() && at_us.front() <= now_us - 1'000'000) at_us.pop_front();
      at_us.push_back(now_us);
      if (at_us.size() <= rate) return false;
      if (at_us.size() > rate + 1U) at_us.pop_front();
      return true;
    }
    std::deque<std::int64_t> at_us;
  };
  // What a text-carrying request says, whichever it is.
  struct Content {
    struct To {
      std::uint8_t ton = 0, npi = 0;
      std::string_view address;
    };
    std::string_view source;
    std::uint8_t source_ton = 0, source_npi = 0;
    std::vector<To> to;
    std::uint8_t esm_class = 0, data_coding = 0;
    std::string_view short_message;
    const smpp::Tlvs* tlvs = nullptr;
    bool ussd = false;
  };

  // All of these are about pdu_.
  void request(Link& link, bool broken, std::int64_t at_us);
  void response(Link& link, std::int64_t at_us);
  void to_esme(Link& link, std::int64_t at_us);
  void bind_asked(Link& link, std::int64_t at_us);
  void check_window(const Link& link, std::int64_t at_us);
  void text(Link& link, Sent& sent, std::int64_t at_us);
  void check_times(const Link& link, std::int64_t at_us);
  void count_rates(const Link& link, const Content& content, std::int64_t at_us);
  void check_addresses(const Link& link, const Content& content, std::int64_t at_us);
  void check_tlvs(const Link& link, const Content& content, std::int64_t at_us);
  void check_octets(Link& link, const Content& content, Sent& sent, std::int64_t at_us);
  void check_part(Link& link, const Content& content, const smpp::Part& part, Sent& sent, std::int64_t at_us);
  void part_answered(const Link& link, const Sent& sent, std::int64_t at_us);
  void add(Rule rule, const Link& link, std::uint32_t sequence_number, std::int64_t at_us, std::string what);
  static std::optional<Content> content_of(const smpp::Pdu& pdu);
  static bool is_submit(smpp::CommandId id);

  Contract contract_;
  std::map<std::uint32_t, Link> links_;
  std::map<std::string, LongText> texts_;
  std::map<std::string, Recent, std::less<>> recent_, recent_of_sources_;  // by system_id, by source_addr
  templates::DefaultAlphabet default_alphabet_ = templates::DefaultAlphabet::gsm7;
  std::int64_t next_check_us_ = 0;
  std::array<std::uint64_t, kRules> counts_{};
  std::uint64_t total_ = 0;
  std::vector<Violation> examples_;
  smpp::Pdu pdu_;  // the one being read
};

}  // namespace peyk::sim
