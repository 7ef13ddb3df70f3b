// What a test of the running system tells the simulated carrier, and asks of it, of the gateway and of the
// database.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/kit/stack.hpp"

namespace peyk::tests {

inline void fault(Stack& stack, nlohmann::json what) {
  what["do"] = "fault";
  const nlohmann::json answer = stack.carrier().ask(what);
  ASSERT_TRUE(answer["ok"].get<bool>()) << answer.dump();
}

inline std::string hex_of(std::string_view octets) {
  std::string hex;
  for (const char c : octets) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

// A deliver_sm from a phone to the line, in the carrier's own words; `tlvs` in hex.
inline std::string deliver_sm_hex(const std::string& from, int esm_class, const std::string& text,
                                  std::uint32_t sequence_number, const std::string& tlvs = "") {
  const std::string body = "000101" + hex_of(from) + "000001" + hex_of(Stack::line()) + "00" +
                           fmt::format("{:02x}", esm_class) + "0000000000000000" +
                           fmt::format("{:02x}", text.size()) + hex_of(text) + tlvs;
  return fmt::format("{:08x}0000000500000000{:08x}", 16 + body.size() / 2, sequence_number) + body;
}

inline void send_raw(Stack& stack, const std::string& hex) {
  fault(stack, {{"what", "send_raw"}, {"hex", hex}});
}

inline std::string receipt_words(const std::string& id, const std::string& stat = "DELIVRD") {
  return "id:" + id + " sub:001 dlvrd:001 submit date:2611211947 done date:2611212003 stat:" + stat +
         " err:" + (stat == "DELIVRD" ? "000" : "027") + " text:";
}

// The carrier's record, oldest first; of one command, if it is named.
inline nlohmann::json record_of(Stack& stack, const std::string& command = "", int last = 2000) {
  nlohmann::json ask{{"do", "record"}, {"last", last}};
  if (!command.empty()) ask["command"] = command;
  return stack.carrier().ask(ask).value("pdus", nlohmann::json::array());
}

// The status with which the gateway answered the deliver_sm of that number; -1: not within a minute.
inline int answer_to(Stack& stack, std::uint32_t sequence_number) {
  int status = -1;
  eventually(std::chrono::seconds(60), [&] {
    for (const nlohmann::json& pdu : record_of(stack, "deliver_sm_resp", 300)) {
      if (pdu.value("from", "") == "esme" && pdu.value("sequence_number", 0U) == sequence_number)
        status = pdu.value("command_status", -1);
    }
    return status >= 0;
  });
  return status;
}

// The first value of a query, without its line's end.
inline std::string one(Stack& stack, const std::string& sql) {
  std::string value = stack.query(sql);
  while (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

inline std::string state_of(Stack& stack, int message) {
  return one(stack, "SELECT state FROM outbox WHERE message_id = " + std::to_string(message));
}

inline bool becomes(Stack& stack, int message, const std::string& state,
                    std::chrono::seconds within = std::chrono::seconds(60)) {
  return eventually(within, [&] { return state_of(stack, message) == state; });
}

// A text of one part that was decided to be said, in a lane; found in the outbox once Redis has forgotten.
inline void say(Stack& stack, int id, const std::string& phone, int lane = 0) {
  stack.query(
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
      "valid_until) "
      "VALUES (" +
      std::to_string(id) + ", 1, '" + Stack::line() + "', " + phone + ", " + std::to_string(lane) +
      ", 1, 'hello', 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)");
  stack.redis().command({"FLUSHALL"});
}

// So many of them at once, to a phone each, from that id on.
inline void say_many(Stack& stack, int first_id, int count) {
  stack.query(
      fmt::format("INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, "
                  "created_at, valid_until) "
                  "SELECT {0} + seq, 1, '{1}', 989130000000 + {0} + seq, 2, 1, 'hello', 1, UTC_TIMESTAMP(6), "
                  "UTC_TIMESTAMP(6) + INTERVAL 1 HOUR FROM seq_1_to_{2}",
                  first_id, Stack::line(), count));
  stack.redis().command({"FLUSHALL"});
}

// How many whole texts the carrier has taken so far.
inline int texts_taken(Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["mt"].get<int>();
}

}  // namespace peyk::tests
