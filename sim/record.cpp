#include "sim/record.hpp"

#include <algorithm>

namespace peyk::sim {
namespace {

constexpr std::size_t kHeaderOctets = 16;  // SMPP 3.4, 3.2
constexpr std::size_t kPduOctetsMax = 1 << 20;

std::uint32_t big_endian(std::string_view octets) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(octets[i]);
  return value;
}

}  // namespace

std::uint32_t header_word(std::string_view pdu, std::size_t index) {
  return pdu.size() < index * 4 + 4 ? 0 : big_endian(pdu.substr(index * 4));
}

void Record::add(std::int64_t at_us, std::uint32_t link, Direction direction, std::string_view pdu) {
  ++totals_[static_cast<std::size_t>(direction)];
  if (on_pdu) on_pdu(link, direction, pdu, at_us);
  if (file_) file_->write(at_us, link, direction, pdu);
  if (pdus_max_ == 0) return;
  if (ring_.size() < pdus_max_) {
    ring_.emplace_back();
    next_ = ring_.size() - 1;
  }
  RecordedPdu& entry = ring_[next_];
  entry.at_us = at_us;
  entry.link = link;
  entry.direction = direction;
  entry.octets_total = static_cast<std::uint32_t>(pdu.size());
  entry.octets.assign(pdu.substr(0, octets_max_));
  next_ = (next_ + 1) % pdus_max_;
}

std::vector<const RecordedPdu*> Record::last(std::size_t count) const {
  count = std::min(count, ring_.size());
  std::vector<const RecordedPdu*> entries;
  entries.reserve(count);
  const std::size_t end = ring_.size() < pdus_max_ ? ring_.size() : next_ + ring_.size();
  for (std::size_t i = end - count; i < end; ++i) entries.push_back(&ring_[i % ring_.size()]);
  return entries;
}

void Record::clear() {
  ring_.clear();
  next_ = 0;
  totals_[0] = totals_[1] = 0;
}

void Tap::see(std::string_view octets, std::int64_t at_us) {
  if (partial_.empty()) {
    octets.remove_prefix(consume(octets, at_us));
    partial_.assign(octets);
    return;
  }
  partial_.append(octets);
  partial_.erase(0, consume(partial_, at_us));
}

// Returns how many octets made whole PDUs.
std::size_t Tap::consume(std::string_view octets, std::int64_t at_us) {
  std::size_t done = 0;
  while (octets.size() - done >= 4) {
    const std::string_view rest = octets.substr(done);
    const std::size_t length = big_endian(rest);
    if (length < kHeaderOctets || length > kPduOctetsMax) {
      record_.add(at_us, link_, direction_, rest);
      return octets.size();
    }
    if (rest.size() < length) break;
    record_.add(at_us, link_, direction_, rest.substr(0, length));
    done += length;
  }
  return done;
}

}  // namespace peyk::sim
