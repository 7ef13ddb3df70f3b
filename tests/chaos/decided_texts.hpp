// Texts that wait in the outbox without anybody having asked for them.
#pragma once

#include <optional>
#include <string>

#include "tests/kit/stack.hpp"

namespace peyk::tests {

// `count` short texts to as many phones, decided and not yet in any lane; in one lane, or in all in turn.
inline void decide_texts(Stack& stack, int first_id, int count, std::optional<int> lane = std::nullopt) {
  std::string sql =
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
      "valid_until) VALUES ";
  for (int i = 0; i < count; ++i) {
    const std::string id = std::to_string(first_id + i);
    sql += (i == 0 ? "(" : ",(") + id + ", 1, '" + Stack::line() + "', 98912" + std::to_string(1000000 + i) +
           ", " + std::to_string(lane.value_or(i % 4)) + ", 1, 'text " + id +
           "', 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)";
  }
  stack.query(sql);
}

}  // namespace peyk::tests
