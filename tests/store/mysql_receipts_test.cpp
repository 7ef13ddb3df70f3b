// Receipts against a real database: each finds its part whatever comes first, and nothing else is touched.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <numeric>
#include <random>

#include "store/mysql/outbox.hpp"
#include "store/mysql/receipts.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_receipts_test {
namespace {

using namespace std::chrono_literals;
using namespace store;
using Outcome = ReceiptOutcome;

class MysqlReceipts : public testing::Test {
 protected:
  // A message of so many parts to a phone.
  void queue(MessageId id, handlers::PhoneNumber phone = kShopper, std::uint8_t parts = 1) {
    queue_text(database.connection, {.id = id, .to = phone, .parts = parts, .now = now});
  }
  // The carrier took its parts.
  void take(MessageId id, const std::vector<std::string>& ids, const std::string& by = "sim") {
    Settled settled{.id = id, .state = submitted};
    for (const std::string& one : ids) {
      const auto number = static_cast<std::uint8_t>(settled.parts.size() + 1);
      settled.parts.push_back({.number = number, .carrier = by, .carrier_message_id = one});
    }
    save_settled(database.connection, {&settled, 1}, now);
    database.connection.commit();
  }
  void send(MessageId id, const std::string& carrier_id, handlers::PhoneNumber phone = kShopper) {
    queue(id, phone);
    take(id, {carrier_id});
  }

  Receipt receipt(std::string id, bool was_delivered = true, handlers::PhoneNumber phone = kShopper) {
    return {.carrier = carrier,
            .id = std::move(id),
            .phone = phone,
            .delivered = was_delivered,
            .word = was_delivered ? "DELIVERED" : "UNDELIVERABLE",
            .error = was_delivered ? "" : "027",
            .done_at = kNoon + 1min};
  }
  Outcome save(const Receipt& one) { return save(std::vector{one}).at(0); }
  std::vector<Outcome> save(const std::vector<Receipt>& receipts) {
    std::vector<Outcome> outcomes;
    for (const ReceiptResult& result : save_receipts(database.connection, receipts, now))
      outcomes.push_back(result.outcome);
    database.connection.commit();
    return outcomes;
  }
  std::uint64_t retry() {
    const std::uint64_t found = retry_parked_receipts(database.connection, now, 1000);
    database.connection.commit();
    return found;
  }

  std::int64_t state(MessageId id) {
    return database.number("SELECT state FROM outbox WHERE message_id = " + std::to_string(id));
  }
  std::map<MessageId, std::uint32_t> states() {
    std::map<MessageId, std::uint32_t> all;
    Rows rows = database.connection.prepare("SELECT message_id, state FROM outbox").query();
    while (rows.next()) {
      const MessageId id = rows.u64();
      all[id] = rows.u32();
    }
    return all;
  }
  std::int64_t parked() { return database.number("SELECT COUNT(*) FROM receipt_parked"); }

  TestDatabase database{"receipts"};
  rules::Instant now = kNoon;
  std::string carrier = "sim";
};

using Trap02 = MysqlReceipts;
using Trap03 = MysqlReceipts;

std::uint64_t random_seed() {
  const int chosen = GTEST_FLAG_GET(random_seed);
  return chosen != 0 ? static_cast<std::uint64_t>(chosen) : 2026;
}

TEST_F(MysqlReceipts, a_delivered_part_makes_a_delivered_message_once) {
  send(1, "70BA8A69");
  EXPECT_EQ(state(1), submitted);
  EXPECT_EQ(save(receipt("70BA8A69")), Outcome::settled);
  EXPECT_EQ(state(1), delivered);
  EXPECT_EQ(database.query("SELECT state, receipt_word, done_at FROM outbox_part"),
            "3\tDELIVERED\t2026-11-21 12:01:00.000000\n");
  EXPECT_EQ(save(receipt("70BA8A69")), Outcome::repeated);
}

TEST_F(MysqlReceipts, that_say_done_before_it_was_sent_are_dated_when_they_came) {
  send(1, "70BA8A69");
  Receipt of_another_zone = receipt("70BA8A69");
  of_another_zone.done_at = now - 210min;
  now += 1s;
  EXPECT_EQ(save(of_another_zone), Outcome::settled);
  EXPECT_EQ(database.query("SELECT done_at FROM outbox_part"), "2026-11-21 12:00:01.000000\n");
}

TEST_F(MysqlReceipts, the_first_final_state_stays_and_the_conflict_is_told) {
  send(1, "70BA8A69");
  EXPECT_THAT(save({receipt("70BA8A69"), receipt("70BA8A69", false)}),
              testing::ElementsAre(Outcome::settled, Outcome::conflict));
  EXPECT_EQ(save(receipt("70BA8A69", false)), Outcome::conflict);
  Receipt pending = receipt("70BA8A69", false);
  pending.final = false;
  pending.word = "ENROUTE";
  EXPECT_EQ(save(pending), Outcome::repeated);
  EXPECT_EQ(state(1), delivered);
  EXPECT_EQ(parked(), 0);
}

TEST_F(MysqlReceipts, progress_is_noted_and_ends_nothing) {
  send(1, "70BA8A69");
  Receipt accepted = receipt("70BA8A69", false);
  accepted.final = false;
  accepted.word = "BUFFRED";
  EXPECT_EQ(save(accepted), Outcome::progress);
  EXPECT_EQ(database.query("SELECT state, receipt_word FROM outbox_part"), "2\tBUFFRED\n");
  EXPECT_EQ(save(receipt("70BA8A69")), Outcome::settled);
  EXPECT_EQ(state(1), delivered);
}

TEST_F(MysqlReceipts,
       of_no_known_message_that_only_look_like_one_are_believed_a_short_id_when_they_have_waited) {
  send(1, "0000012A");
  Receipt look_alike = receipt("298");
  look_alike.only_of_phone = true;
  EXPECT_EQ(save(look_alike), Outcome::not_receipt);
  EXPECT_EQ(state(1), submitted);
  look_alike.patient = true;
  look_alike.phone = kOtherShopper;
  EXPECT_EQ(save(look_alike), Outcome::not_receipt) << "of another phone never";
  look_alike.phone = kShopper;
  EXPECT_EQ(save(look_alike), Outcome::settled);
  EXPECT_EQ(state(1), delivered);
  EXPECT_EQ(parked(), 0);
}

TEST_F(MysqlReceipts, a_message_is_what_its_parts_are_whichever_carrier_took_them) {
  queue(1, kShopper, 3);
  take(1, {"a1b2c3d4xx", "a1b2c3d5xx"});
  const TakenPart by_another{.message = 1, .part = 3, .carrier = "other", .carrier_message_id = "77aa77zz"};
  save_taken_parts(database.connection, {&by_another, 1}, now);
  database.connection.commit();
  save({receipt("a1b2c3d4xx"), receipt("a1b2c3d5xx")});
  EXPECT_EQ(state(1), submitted);
  EXPECT_EQ(save(receipt("77aa77zz")), Outcome::parked) << "under the carrier that sent it";
  Receipt of_other = receipt("77aa77zz");
  of_other.carrier = "other";
  EXPECT_EQ(save(of_other), Outcome::settled);
  EXPECT_EQ(state(1), delivered);

  queue(2, kShopper, 2);
  take(2, {"b1b2c3d4xx", "b1b2c3d5xx"});
  EXPECT_EQ(save(receipt("b1b2c3d5xx", false)), Outcome::settled);
  EXPECT_EQ(state(2), failed);
  EXPECT_EQ(database.query("SELECT reason FROM outbox WHERE message_id = 2"), "UNDELIVERABLE 027\n");
}

TEST_F(MysqlReceipts, of_parts_that_came_while_others_waited_count_when_the_message_is_settled) {
  queue(1, kShopper, 2);
  Settled begun{.id = 1, .state = queued};
  begun.parts.push_back({.number = 2, .carrier = "sim", .carrier_message_id = "a1b2c3d5xx"});
  save_settled(database.connection, {&begun, 1}, now);
  EXPECT_EQ(save(receipt("a1b2c3d5xx", false)), Outcome::settled);
  EXPECT_EQ(state(1), queued);
  Settled done{.id = 1, .state = submitted, .part_count = 2};
  done.parts.push_back({.number = 1, .carrier = "sim", .carrier_message_id = "a1b2c3d4xx"});
  save_settled(database.connection, {&done, 1}, now);
  database.connection.commit();
  EXPECT_EQ(state(1), failed);
}

TEST_F(MysqlReceipts, of_a_week_ago_are_not_touched) {
  send(1, "70BA8A69");
  now += 8 * 24h;
  EXPECT_EQ(save(receipt("70BA8A69")), Outcome::parked);
  EXPECT_EQ(state(1), submitted);
  send(2, "70BA8A69");
  EXPECT_EQ(state(2), delivered) << "what was parked is hers";
  EXPECT_EQ(state(1), submitted);
}

TEST_F(MysqlReceipts, a_text_that_names_no_message_to_its_sender_is_no_receipt) {
  send(1, "70BA8A69xy");
  Receipt typed = receipt("70BA8A69xy", true, kOtherShopper);
  typed.only_of_phone = true;
  EXPECT_EQ(save(typed), Outcome::not_receipt);
  EXPECT_EQ(state(1), submitted);
  EXPECT_EQ(parked(), 0);
  typed.phone = kShopper;
  EXPECT_EQ(save(typed), Outcome::settled);
}

TEST_F(MysqlReceipts, that_nobody_waits_for_are_set_aside_after_a_week_and_never_too_many) {
  EXPECT_EQ(save(receipt("12345678901")), Outcome::parked);
  EXPECT_EQ(save(receipt("12345678901")), Outcome::parked);
  Receipt pending = receipt("999");
  pending.final = false;
  EXPECT_EQ(save(pending), Outcome::unmatched);
  EXPECT_EQ(parked(), 1);
  EXPECT_EQ(bury_parked_receipts(database.connection, now - kReceiptsAwaited, now, 100), 0U);
  now += 7 * 24h + 1s;
  EXPECT_EQ(bury_parked_receipts(database.connection, now - kReceiptsAwaited, now, 100), 1U);
  const UnreadableReceipt unreadable{.carrier = "sim", .pdu = std::string(5000, '\xFF')};
  set_aside(database.connection, {&unreadable, 1}, now);
  database.connection.commit();
  EXPECT_EQ(parked(), 0);
  EXPECT_EQ(database.query("SELECT why, carrier_message_id, LENGTH(pdu) FROM receipt_aside ORDER BY why"),
            "1\t\t2000\n2\t12345678901\t0\n");
  EXPECT_EQ(trim_receipts(database.connection, now, 100), 0U);
}

// A receipt that overtakes its response, in every disguise.
TEST_F(Trap02, a_receipt_that_overtakes_its_response_is_applied_once_that_is_saved) {
  const std::vector<std::pair<std::string, std::string>> disguises = {
      {"70BA8A69", "70BA8A69"},
      {"70BA8A69", "1891273321"},
      {"1891273321", "70ba8a69"},
      {"0034265880", "34265880"},
      {"152D02C7E14AF67FFFFF", "99999999999999999999999"},
      {"2f1c9a30-77de-4b52-9a0e-5d1f6c2ab001", "2F1C9A30-77DE-4B52-9A0E-5D1F6C2AB001"}};
  MessageId id = 0;
  for (const auto& [submitted_id, receipted] : disguises) {
    SCOPED_TRACE(submitted_id + " " + receipted);
    const handlers::PhoneNumber phone = kShopper + ++id;
    queue(id, phone);
    EXPECT_EQ(save(receipt(receipted, true, phone)), Outcome::parked);
    EXPECT_EQ(state(id), queued);
    take(id, {submitted_id});
    EXPECT_EQ(state(id), delivered);
    EXPECT_EQ(parked(), 0);
    EXPECT_EQ(save(receipt(receipted, true, phone)), Outcome::repeated);
  }
}

TEST_F(Trap02, what_another_process_missed_is_found_by_the_next_try) {
  queue(1);
  EXPECT_EQ(save(receipt("12345678901")), Outcome::parked);
  // As by a process that did not see the parked receipt yet.
  database.query(
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, id_key, state, submitted_at)"
      " VALUES (1, 1, 'sim', '12345678901', '12345678901', 2, '2026-11-21 12:00:00')");
  database.query("UPDATE outbox SET state = 2");
  EXPECT_EQ(retry(), 0U) << "not yet";
  now += kReceiptDoubt;
  EXPECT_EQ(retry(), 1U);
  EXPECT_EQ(state(1), delivered);
  EXPECT_EQ(parked(), 0);
}

TEST_F(Trap03, a_habit_is_learned_and_then_decides) {
  for (MessageId id = 1; id <= 3; ++id) {
    send(id, "70BA8A6" + std::to_string(id));
    EXPECT_EQ(save(receipt(std::to_string(0x70BA8A60 + id))), Outcome::settled);
  }
  EXPECT_EQ(database.query("SELECT * FROM carrier_id_habit"), "sim\t0\t3\t0\n");
  send(4, "1000");
  EXPECT_EQ(save(receipt("1000")), Outcome::parked) << "hers is 3E8, not here yet";
  send(5, "3E8");
  EXPECT_EQ(state(4), submitted);
  EXPECT_EQ(state(5), delivered);
}

// One message of the random ones, as its carrier calls it.
struct Random {
  std::string submitted, receipted;
  handlers::PhoneNumber phone = 0;
  bool good = true;
};

std::string in_form(const char* format, std::uint64_t value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, static_cast<unsigned long>(value));
  return text.data();
}

std::vector<Random> random_messages(std::mt19937_64& chance) {
  const std::vector<std::pair<const char*, const char*>> disguises = {
      {"%lu", "%lu"},
      {"%lX", "%lu"},
      {"%lu", "%lx"},
      {"%016lx", "%lX"},
      {"0000%lu", "%lu"},
      {"777777777%lu", "0777777777%lu"},
      {"2f1c9a30-77de-4b52-9a0e-%012lx", "2F1C9A30-77DE-4B52-9A0E-%012lX"}};
  const auto& disguise = disguises[chance() % disguises.size()];
  std::uint64_t value = 0x10000000 + chance() % 0xF0000000;
  std::vector<Random> messages(1 + chance() % 8);
  for (Random& message : messages) {
    value += 1 + chance() % 0x100000;
    message = {in_form(disguise.first, value), in_form(disguise.second, value), kShopper + chance() % 3,
               chance() % 2 == 0};
  }
  return messages;
}

// Any ids, any disguise of a carrier, any order: the right message is marked, never a wrong one.
TEST_F(Trap03, the_right_message_is_marked_in_any_order_and_never_a_wrong_one) {
  MessageId base = 0;
  for (int round = 0; round < 25; ++round) {
    const std::uint64_t seed = random_seed() + static_cast<std::uint64_t>(round);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 chance(seed);
    const std::vector<Random> messages = random_messages(chance);
    carrier = "carrier" + std::to_string(round);
    for (std::size_t i = 0; i < messages.size(); ++i) queue(base + i + 1, messages[i].phone);
    std::vector<std::size_t> events(2 *
                                    messages.size());  // 2i: the response of message i; 2i + 1: its receipt
    std::iota(events.begin(), events.end(), 0);
    std::shuffle(events.begin(), events.end(), chance);
    for (const std::size_t event : events) {
      const Random& message = messages[event / 2];
      if (event % 2 == 0) {
        take(base + event / 2 + 1, {message.submitted}, carrier);
      } else {
        save(receipt(message.receipted, message.good, message.phone));
      }
    }
    now += 10s;
    retry();
    for (std::size_t i = 0; i < messages.size(); ++i) {
      EXPECT_EQ(states()[base + i + 1], messages[i].good ? delivered : failed)
          << messages[i].submitted << " " << messages[i].receipted;
    }
    base += messages.size();
  }
  EXPECT_EQ(parked(), 0);
}

}  // namespace
}  // namespace peyk::tests::mysql_receipts_test
