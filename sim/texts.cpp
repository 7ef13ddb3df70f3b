#include "sim/texts.hpp"

#include <algorithm>
#include <utility>

namespace peyk::sim {
namespace {

// Octets that can be read without the part's own header: what a national table wrote is put into UCS-2.
struct Readable {
  std::string octets;
  std::uint8_t data_coding = 0;
};

Readable readable(const smpp::UserData& message, std::uint8_t data_coding,
                  templates::DefaultAlphabet default_alphabet) {
  constexpr std::uint8_t kUcs2 = 8;
  const templates::NationalLanguages languages{.single = message.single_shift,
                                               .locking = message.locking_shift};
  if (!languages.any()) return {std::string(message.text), data_coding};
  const std::string text = templates::decode(message.text, data_coding, default_alphabet, languages);
  return {templates::encode(text, templates::Alphabet::ucs2), kUcs2};
}

}  // namespace

Texts::Texts(std::size_t texts_max, std::size_t partial_max)
    : texts_max_(texts_max), joining_(smpp::ReassemblyOptions{.messages_max = partial_max}) {}

const Text* Texts::arrived(const smpp::SubmitSm& submit_sm, templates::DefaultAlphabet default_alphabet,
                           Time now) {
  ++parts_total_;
  const auto message = smpp::read_message(submit_sm);
  if (!message) return nullptr;  // the session has refused such a header already
  const smpp::Part part = message->part.value_or(smpp::Part{});
  const Readable piece = readable(*message, submit_sm.data_coding, default_alphabet);
  Text text;
  if (part.total == 1) {
    text.text = templates::decode(piece.octets, piece.data_coding, default_alphabet);
  } else {
    const auto joined = joining_.add(submit_sm.source_addr, submit_sm.destination_addr, part, piece.octets,
                                     piece.data_coding, now);
    if (!joined) return nullptr;
    text.text = templates::decode(joined->text, joined->data_coding, default_alphabet);
  }
  text.n = ++last_number_;
  text.from = submit_sm.source_addr;
  text.to = submit_sm.destination_addr;
  text.parts = part.total;
  text.at_us = to_us(now);
  if (texts_.size() >= texts_max_) texts_.pop_front();
  texts_.push_back(std::move(text));
  return &texts_.back();
}

std::vector<const Text*> Texts::of(std::string_view phone, std::uint64_t after, std::size_t count_max) const {
  std::vector<const Text*> found;
  for (auto it = std::ranges::upper_bound(texts_, after, {}, &Text::n);
       it != texts_.end() && found.size() < count_max; ++it) {
    if (it->to == phone) found.push_back(&*it);
  }
  return found;
}

}  // namespace peyk::sim
