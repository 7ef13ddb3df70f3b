// What phones receive: parts of long texts joined again (smpp/parts.hpp), whole texts kept for whoever asks.
// Bounded: the oldest go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sim/clock.hpp"
#include "smpp/parts.hpp"
#include "smpp/pdu.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {

struct Text {
  std::uint64_t n = 0;  // 1, 2, 3 … over all phones
  std::string from, to, text;
  std::uint32_t parts = 1;
  std::int64_t at_us = 0;  // when its last part came
};

class Texts {
 public:
  Texts(std::size_t texts_max, std::size_t partial_max);

  // The whole text, once its last missing part is here. The pointer lives until the next call.
  const Text* arrived(const smpp::SubmitSm& submit_sm, templates::DefaultAlphabet default_alphabet, Time now);

  // Texts of `phone` with n > `after`, oldest first, at most `count_max`.
  std::vector<const Text*> of(std::string_view phone, std::uint64_t after, std::size_t count_max) const;

  std::uint64_t last_number() const { return last_number_; }
  std::uint64_t parts_total() const { return parts_total_; }
  std::size_t partial_count() const { return joining_.size(); }

 private:
  std::size_t texts_max_;
  std::deque<Text> texts_;
  smpp::Reassembly joining_;
  std::uint64_t last_number_ = 0, parts_total_ = 0;
};

}  // namespace peyk::sim
