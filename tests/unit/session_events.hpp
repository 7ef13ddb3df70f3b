// What a Session in a test's hands has told.
#pragma once

#include <utility>
#include <vector>

#include "smpp/session.hpp"

namespace peyk::smpp {

// Every event that waits, in order.
inline std::vector<Event> drain(Session& session) {
  std::vector<Event> events;
  Event event;
  while (session.next_event(event)) events.push_back(std::move(event));
  return events;
}

template <class T>
std::vector<T> all(const std::vector<Event>& events) {
  std::vector<T> found;
  for (const Event& event : events) {
    if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
  }
  return found;
}

}  // namespace peyk::smpp
