#include "smpp/window.hpp"

#include <algorithm>

namespace peyk::smpp {

Window::Window(std::uint32_t size_max, Milliseconds response_timeout)
    : size_max_(std::clamp<std::uint32_t>(size_max, 1, 65536)),
      response_timeout_(response_timeout),
      slots_(std::bit_ceil(std::size_t{size_max_} * 2)) {}

void Window::add(const Entry& entry) {
  assert(size_ < size_max_ && entry.sequence_number != 0 && accepts(entry.sequence_number));
  slot(entry.sequence_number) = entry;
  ++size_;
  if (response_timeout_.count() > 0)
    next_deadline_ = std::min(next_deadline_, entry.sent_at + response_timeout_);
}

std::optional<Window::Entry> Window::take(std::uint32_t sequence_number, CommandId response) {
  Entry& found = slot(sequence_number);
  if (sequence_number == 0 || found.sequence_number != sequence_number) return std::nullopt;
  if (response != CommandId::generic_nack && response != response_id(found.command_id)) return std::nullopt;
  const Entry taken = found;
  found = Entry{};
  --size_;
  // The deadline stays: it was the oldest's, so it can only be early, and looking costs one scan.
  if (size_ == 0) next_deadline_ = Time::max();
  return taken;
}

std::vector<Window::Entry> Window::expire(Time now) {
  std::vector<Entry> expired;
  if (now < next_deadline_) return expired;
  next_deadline_ = Time::max();
  for (Entry& entry : slots_) {
    if (entry.sequence_number == 0) continue;
    const Time deadline = entry.sent_at + response_timeout_;
    if (now < deadline) {
      next_deadline_ = std::min(next_deadline_, deadline);
      continue;
    }
    expired.push_back(entry);
    entry = Entry{};
    --size_;
  }
  std::stable_sort(expired.begin(), expired.end(),
                   [](const Entry& a, const Entry& b) { return a.sent_at < b.sent_at; });
  return expired;
}

std::vector<Window::Entry> Window::drain() {
  std::vector<Entry> all;
  all.reserve(size_);
  for (Entry& entry : slots_) {
    if (entry.sequence_number == 0) continue;
    all.push_back(entry);
    entry = Entry{};
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Entry& a, const Entry& b) { return a.sent_at < b.sent_at; });
  size_ = 0;
  next_deadline_ = Time::max();
  return all;
}

}  // namespace peyk::smpp
