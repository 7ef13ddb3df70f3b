// One message on its way: its parts, which of them a carrier has or may have, and what of that is not saved
// yet. Pure.
//
// What must stay true: a part that was taken is never sent again, by whatever process and over whatever
// carrier; each attempt at a part carries the same references, so that a carrier that looks for doubles finds
// them; parts of one text are cut one way, so another carrier may go on with a text only if it would cut it
// alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/composition.hpp"
#include "gateway/options.hpp"
#include "smpp/pdu.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::gateway {

class Sending {
 public:
  // Begins where `text.sent` says. Throws std::length_error for a text of more than 255 parts.
  Sending(store::QueuedText text, const CarrierOptions& carrier);

  const store::QueuedText& text() const { return text_; }
  std::size_t part_count() const { return parts_.size(); }

  // From now on over this carrier. False: a part is on the wire or taken, and this carrier wants the text in
  // other parts; nothing has changed then.
  bool go_over(const CarrierOptions& carrier);

  // The submit_sm of a part. `remaining` is how long the message is still worth anything.
  smpp::SubmitSm pdu(std::size_t part, std::chrono::seconds remaining, const CarrierOptions& carrier,
                     bool wants_receipt) const;
  // TLVs that the message can do without: user_message_reference and the carrier's own.
  bool carries_extra_tlvs(const CarrierOptions& carrier) const;
  void drop_extra_tlvs() { extra_tlvs_ = false; }

  enum class Part : std::uint8_t { waiting, sent, taken };
  Part part(std::size_t number) const { return parts_[number].state; }
  void sent(std::size_t number) { parts_[number].state = Part::sent; }
  void taken(std::size_t number, const std::string& carrier, std::string carrier_message_id);
  // Not taken: the part waits again.
  void returned(std::size_t number, bool counts_as_attempt = false);
  // Nobody knows whether the carrier has it; it waits again. How often that happened before.
  std::uint32_t unheard(std::size_t number, const std::string& carrier);
  // The same of all that wait: whoever had the text is gone.
  void all_unheard(const std::string& carrier);
  // Whether the carrier may have more than it is known to have.
  bool any_unheard() const;
  // It will be sent again, and may have been taken before.
  void may_come_twice();

  std::uint32_t attempts(std::size_t number) const { return parts_[number].attempts; }
  bool all_taken() const;
  bool any_sent() const;
  bool any_waiting() const;
  std::size_t taken_count() const;
  // No part was ever on the wire, as far as anybody knows: the text is as it was committed.
  bool never_tried() const;

  // What is known and not saved; it counts as saved from then on.
  bool has_unsaved() const;
  store::Settled take_unsaved();

 private:
  struct State {
    Part state = Part::waiting;
    std::uint32_t attempts = 0, unheard = 0;
    std::optional<store::SentPart> unsaved;
  };

  store::QueuedText text_;
  Composition composition_;
  std::vector<State> parts_;
  bool extra_tlvs_ = true;
  bool unsaved_attempts_ = false, unsaved_twice_ = false;
};

}  // namespace peyk::gateway
