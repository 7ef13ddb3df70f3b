// Messages in parts: user data headers (3GPP TS 23.040, 9.2.3.24), the sar_* TLVs (SMPP 3.4, 5.3.2.22 to 24),
// and message_payload; and how the parts of a subscriber's message are put together again.
//
// Reading is forgiving: a header that says nonsense about parts (a total or number of 0, a number above the
// total, a wrong length) describes a message of one part. Only a header longer than its message is an error,
// which check.hpp answers with ESME_RINVESMCLASS.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "smpp/pdu.hpp"
#include "smpp/timers.hpp"

namespace peyk::smpp {

enum class RefWidth : std::uint8_t { bits8, bits16 };

struct Part {
  std::uint16_t ref = 0;
  RefWidth ref_width = RefWidth::bits8;  // sar_msg_ref_num counts as 16 bits
  std::uint8_t total = 1;
  std::uint8_t seq = 1;  // 1 to total
  bool operator==(const Part&) const = default;
};

struct Ports {
  std::uint16_t destination = 0, source = 0;
  bool operator==(const Ports&) const = default;
};

// One information element of a user data header.
struct InformationElement {
  std::uint8_t id = 0;
  std::string_view value;
};

// A short_message cut into header and text; views into what was given.
struct UserData {
  std::optional<Part> part;
  std::optional<Ports> ports;
  std::string_view header;  // with its length octet; empty without UDHI
  std::string_view text;
  // National language identifiers (9.2.3.24.15 and 16); 0 where the header names none.
  std::uint8_t single_shift = 0, locking_shift = 0;
};

// Empty when esm_class announces a header that is longer than the octets, or there are no octets at all.
std::optional<UserData> split_user_data(std::string_view octets, std::uint8_t esm_class);

// The elements of a header given with its length octet, as far as they are whole.
std::vector<InformationElement> information_elements(std::string_view header);

// The header of one part: `05 00 03 ref total seq` or `06 08 04 ref ref total seq`. Set esm_class::udhi with
// it. A reference above 255 keeps its low octet in the 8-bit form.
std::string build_udh(std::uint16_t ref, RefWidth width, std::uint8_t total, std::uint8_t seq);

// All three TLVs, consistent, or nothing.
std::optional<Part> read_sar(const Tlvs& tlvs);
void write_sar(Tlvs& tlvs, const Part& part);

// The octets of the text: short_message, or message_payload when that is empty.
std::string_view message_octets(const DeliverSm& pdu);
std::string_view message_octets(const SubmitSm& pdu);
std::string_view message_octets(const DataSm& pdu);

// The header, the part and the text of a message, whichever way the sender chose. Empty as in
// split_user_data.
std::optional<UserData> read_message(const DeliverSm& pdu);
std::optional<UserData> read_message(const SubmitSm& pdu);
std::optional<UserData> read_message(const DataSm& pdu);

struct ReassemblyOptions {
  std::size_t messages_max = 10000;      // unfinished ones; full: the one that waits longest is given up
  std::size_t octets_max = 16u << 20;    // of all their texts together
  std::chrono::seconds wait_max{86400};  // from a message's first part
};

// Joins the parts of messages. A value: no clock, no I/O.
class Reassembly {
 public:
  struct Joined {
    std::string text;              // octets in the alphabet of the parts
    std::uint8_t data_coding = 0;  // the first part's
  };

  explicit Reassembly(const ReassemblyOptions& options) : options_(options) {}

  // The whole message when this was the last part missing. Any order; a part that is already here is ignored,
  // one that says something else under the same number begins another message.
  // A part with total 1 is whole at once. Sender, receiver, reference, its width and the total make the key.
  std::optional<Joined> add(std::string_view source_addr, std::string_view destination_addr, const Part& part,
                            std::string_view text, std::uint8_t data_coding, Time now);

  // Gives up what has waited too long; tells how many messages. Cheap when there is nothing to do.
  std::size_t expire(Time now);

  std::size_t size() const { return messages_.size(); }
  std::size_t octets() const { return octets_; }
  // Messages that were given up to make room.
  std::uint64_t crowded_out_count() const { return crowded_out_; }

 private:
  struct Message {
    std::string key;
    Time first_at{};
    std::vector<std::optional<std::string>> parts;
    std::size_t missing = 0;
    std::size_t octets = 0;
    std::uint8_t data_coding = 0;
  };
  using Messages = std::list<Message>;  // oldest first

  Message& find_or_begin(std::string key, std::uint8_t total, Time now);
  void make_room(std::size_t octets, const Message& keep);
  void drop(Messages::iterator message);

  ReassemblyOptions options_;
  Messages messages_;
  std::unordered_map<std::string_view, Messages::iterator> index_;  // keys live in the messages
  std::size_t octets_ = 0;
  std::uint64_t crowded_out_ = 0;
};

}  // namespace peyk::smpp
