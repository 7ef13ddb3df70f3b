// One connection of an ESME: its session, its place in the record, and what a fault did to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "sim/clock.hpp"
#include "sim/record.hpp"
#include "smpp/session.hpp"

namespace peyk::sim {

using LinkId = std::uint32_t;

struct Link {
  Link(LinkId link_id, smpp::SessionOptions options, Record& record)
      : id(link_id),
        session(std::move(options)),
        tap_in(record, link_id, Direction::in),
        tap_out(record, link_id, Direction::out) {}

  LinkId id;
  smpp::Session session;
  Tap tap_in, tap_out;
  std::string raw;                           // to be written as it is
  std::size_t account = 0;                   // of Options::accounts, once bound
  bool dropped = false;                      // closed at once, unwritten octets lost
  bool finished = false;                     // closed after the last octet
  bool frozen = false;                       // half open: nothing is read, nothing written
  std::uint32_t read_octets_per_second = 0;  // 0: as fast as they come
  Time read_again_at{};                      // not before
};

}  // namespace peyk::sim
