// One message on its way: its parts, which of them the carrier has taken, and what to do next. Pure.
//
// A part that was taken is never sent again by this process, even when another part of the same text has to
// wait.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/composition.hpp"
#include "gateway/options.hpp"
#include "smpp/pdu.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::gateway {

class Sending {
 public:
  // Throws std::length_error for a text of more than 255 parts.
  Sending(store::QueuedText text, const CarrierOptions& carrier);

  const store::QueuedText& text() const { return text_; }
  std::size_t part_count() const { return parts_.size(); }
  // The submit_sm of a part. `remaining` is how long the message is still worth anything.
  smpp::SubmitSm pdu(std::size_t part, std::chrono::seconds remaining, const CarrierOptions& carrier,
                     bool wants_receipt) const;

  enum class Part : std::uint8_t { waiting, sent, taken };
  Part part(std::size_t number) const { return parts_[number].state; }
  void sent(std::size_t number) { parts_[number].state = Part::sent; }
  void taken(std::size_t number, std::string carrier_message_id);
  // Not taken, or nobody knows: the part waits again.
  void returned(std::size_t number) { parts_[number].state = Part::waiting; }

  bool all_taken() const;
  bool any_sent() const;
  std::vector<std::string> carrier_message_ids() const;  // of the parts taken, in order

  // Counts a failed attempt; how long to wait before the next: 1, 2, 4 … 60 s.
  std::chrono::milliseconds next_pause();

 private:
  struct State {
    Part state = Part::waiting;
    std::string carrier_message_id;
  };

  store::QueuedText text_;
  Composition composition_;
  std::vector<State> parts_;
  std::uint32_t attempts_ = 0;
};

}  // namespace peyk::gateway
