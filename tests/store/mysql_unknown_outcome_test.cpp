// Parts that were sent and never answered, and the receipts that tell of them all the same.
#include <gtest/gtest.h>

#include "store/mysql/outbox.hpp"
#include "store/mysql/receipts.hpp"
#include "store/part_reference.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_unknown_outcome_test {
namespace {

using namespace std::chrono_literals;
using namespace store;
using Outcome = ReceiptOutcome;

class UnknownOutcome : public testing::Test {
 protected:
  void queue(MessageId id, std::uint8_t parts = 1, handlers::PhoneNumber phone = kShopper) {
    queue_text(database.connection, {.id = id, .to = phone, .parts = parts, .now = now});
  }
  void settle(const Settled& one) {
    save_settled(database.connection, {&one, 1}, now);
    database.connection.commit();
  }
  // Sent, and no answer: it waits to be sent again, or was left.
  void lose(MessageId id, MessageState then = queued, const std::string& by = "sim") {
    settle({.id = id,
            .state = then,
            .reason = then == queued ? "" : "the carrier did not answer",
            .parts = {{.number = 1, .carrier = by, .unknown = true}},
            .maybe_twice = then == queued});
  }
  Receipt receipt(MessageId id, std::uint32_t part = 1, bool was_delivered = true) {
    return {.carrier = "sim",
            .id = "c0ffee" + std::to_string(id) + "x" + std::to_string(part),
            .phone = kShopper,
            .reference = part_reference(id, part),
            .delivered = was_delivered,
            .word = was_delivered ? "DELIVERED" : "UNDELIVERABLE",
            .error = was_delivered ? "" : "027",
            .done_at = now + 1min};
  }
  Outcome save(const Receipt& one) {
    const Outcome outcome = save_receipts(database.connection, {&one, 1}, now).at(0).outcome;
    database.connection.commit();
    return outcome;
  }
  std::int64_t state(MessageId id) {
    return database.number("SELECT state FROM outbox WHERE message_id = " + std::to_string(id));
  }
  std::int64_t parked() { return database.number("SELECT COUNT(*) FROM receipt_parked"); }
  // What whoever is granted it next knows of its parts.
  std::vector<SentPart> sent(MessageId id) {
    const auto texts = load_queued(database.connection, std::span(&id, 1));
    database.connection.rollback();
    return texts.at(0).sent;
  }

  TestDatabase database{"unknown"};
  rules::Instant now = kNoon;
};

TEST_F(UnknownOutcome, is_settled_by_a_receipt_that_gives_the_reference_back_once) {
  queue(1);
  lose(1, unknown);
  EXPECT_EQ(save(receipt(1)), Outcome::settled);
  EXPECT_EQ(state(1), delivered);
  EXPECT_EQ(database.query("SELECT reason FROM outbox"), "\n");
  EXPECT_EQ(database.query("SELECT state, carrier_message_id, receipt_word FROM outbox_part"),
            "3\tc0ffee1x1\tDELIVERED\n");
  EXPECT_EQ(save(receipt(1)), Outcome::repeated);
  EXPECT_EQ(save(receipt(1, 1, false)), Outcome::conflict);
  EXPECT_EQ(state(1), delivered);

  queue(2);
  lose(2, unknown);
  EXPECT_EQ(save(receipt(2, 1, false)), Outcome::settled);
  EXPECT_EQ(state(2), failed);
  EXPECT_EQ(parked(), 0);
}

TEST_F(UnknownOutcome, ends_when_the_receipt_is_only_of_progress) {
  queue(1);
  lose(1, unknown);
  Receipt enroute = receipt(1, 1, false);
  enroute.final = false;
  enroute.word = "ENROUTE";
  EXPECT_EQ(save(enroute), Outcome::progress);
  EXPECT_EQ(state(1), submitted) << "the carrier has it";
  Receipt by_id = receipt(1);
  by_id.reference = 0;
  EXPECT_EQ(save(by_id), Outcome::settled);
  EXPECT_EQ(state(1), delivered);
}

TEST_F(UnknownOutcome, of_a_text_that_waits_to_be_sent_again_ends_and_it_is_not_sent_again) {
  queue(1);
  lose(1);
  ASSERT_TRUE(sent(1).at(0).unknown);
  EXPECT_EQ(save(receipt(1)), Outcome::settled);
  EXPECT_EQ(state(1), queued);
  ASSERT_EQ(sent(1).size(), 1U);
  EXPECT_FALSE(sent(1)[0].unknown) << "whoever is granted it now finds it taken";
  settle({.id = 1, .state = submitted});  // and says so
  EXPECT_EQ(state(1), delivered);
}

TEST_F(UnknownOutcome, is_settled_by_a_receipt_that_came_before_we_gave_up_waiting_for_the_answer) {
  queue(1);
  EXPECT_EQ(save(receipt(1)), Outcome::parked) << "its answer may be on its way";
  lose(1);
  EXPECT_EQ(parked(), 0);
  EXPECT_FALSE(sent(1).at(0).unknown);
  settle({.id = 1, .state = submitted});
  EXPECT_EQ(state(1), delivered);
}

TEST_F(UnknownOutcome, of_a_part_sent_again_takes_either_attempts_receipt_for_it) {
  queue(1);
  lose(1);
  settle({.id = 1,
          .state = submitted,
          .parts = {{.number = 1, .carrier = "sim", .carrier_message_id = "second"}}});
  EXPECT_EQ(save(receipt(1, 1, false)), Outcome::parked) << "the second may yet arrive";
  EXPECT_EQ(state(1), submitted);
  EXPECT_EQ(save(receipt(1)), Outcome::settled);
  EXPECT_EQ(state(1), delivered);
  Receipt of_second = receipt(1);
  of_second.id = "second";
  EXPECT_EQ(save(of_second), Outcome::repeated);
}

TEST_F(UnknownOutcome, stays_where_the_receipt_is_not_surely_about_it) {
  queue(1);
  lose(1, unknown);
  const auto parked_as = [this](auto change) {
    Receipt one = receipt(1);
    change(one);
    return save(one) == Outcome::parked || one.only_of_phone;
  };
  EXPECT_TRUE(parked_as([](Receipt& one) { one.phone = kOtherShopper; }));
  EXPECT_TRUE(parked_as([](Receipt& one) { one.phone = 0; }));
  EXPECT_TRUE(parked_as([](Receipt& one) { one.carrier = "other"; }));
  EXPECT_TRUE(parked_as([](Receipt& one) { one.reference = part_reference(1, 2); }));
  EXPECT_TRUE(parked_as([](Receipt& one) { one.reference = 0; }));
  EXPECT_TRUE(parked_as([](Receipt& one) { one.only_of_phone = true; })) << "a phone's own text";
  EXPECT_EQ(state(1), unknown);
}

TEST_F(UnknownOutcome, stays_where_another_part_to_that_phone_has_the_same_reference) {
  constexpr MessageId kSame = 1 + 0x10000;
  queue(1);
  lose(1, unknown);
  queue(kSame);  // may be on its way
  ASSERT_EQ(part_reference(1, 1), part_reference(kSame, 1));
  EXPECT_EQ(save(receipt(1)), Outcome::parked);
  settle({.id = kSame,
          .state = submitted,
          .parts = {{.number = 1, .carrier = "sim", .carrier_message_id = "of another"}}});
  now += kReceiptDoubt;
  EXPECT_EQ(retry_parked_receipts(database.connection, now, 100), 0U);
  database.connection.commit();
  EXPECT_EQ(state(1), unknown);
  EXPECT_EQ(state(kSame), submitted);
}

TEST_F(UnknownOutcome, of_a_week_ago_is_not_touched) {
  queue(1);
  lose(1, unknown);
  now += kReceiptsAwaited + 25h;
  EXPECT_EQ(save(receipt(1)), Outcome::parked);
  EXPECT_EQ(state(1), unknown);
}

TEST_F(UnknownOutcome, of_one_part_of_many_ends_when_all_are_known) {
  const auto lost_in_the_middle = [this](MessageId id, std::size_t sent_of_three) {
    Settled lost{.id = id, .state = unknown, .reason = "no answer", .part_count = 3};
    for (std::uint8_t number = 1; number <= sent_of_three; ++number) {
      const bool unheard = number == 2;
      lost.parts.push_back({.number = number,
                            .carrier = "sim",
                            .carrier_message_id = unheard ? "" : receipt(id, number).id,
                            .unknown = unheard});
    }
    queue(id, 2);  // an estimate
    settle(lost);
  };
  lost_in_the_middle(1, 3);
  EXPECT_EQ(save(receipt(1, 1)), Outcome::settled);
  EXPECT_EQ(save(receipt(1, 3)), Outcome::settled);
  EXPECT_EQ(state(1), unknown);
  EXPECT_EQ(save(receipt(1, 2)), Outcome::settled);
  EXPECT_EQ(state(1), delivered);

  lost_in_the_middle(2, 2);
  EXPECT_EQ(save(receipt(2, 1)), Outcome::settled);
  EXPECT_EQ(save(receipt(2, 2)), Outcome::settled);
  EXPECT_EQ(state(2), unknown) << "its third part never left";
}

// Its process ended after the carrier had taken the first of its parts.
TEST_F(UnknownOutcome, of_a_text_of_which_only_the_first_part_is_known_is_not_ended_by_that_parts_receipt) {
  const auto begin = [this](MessageId id) {
    queue(id, 3);
    settle({.id = id,
            .state = queued,
            .part_count = 3,
            .parts = {{.number = 1, .carrier = "sim", .carrier_message_id = receipt(id).id}}});
  };
  const auto give_up = [this](MessageId id) {
    settle({.id = id, .state = unknown, .reason = "the process that had it ended", .part_count = 3});
  };
  begin(1);
  give_up(1);
  EXPECT_EQ(save(receipt(1)), Outcome::settled);
  EXPECT_EQ(state(1), unknown) << "two parts were never sent";

  begin(2);
  EXPECT_EQ(save(receipt(2)), Outcome::settled);
  give_up(2);
  fold_parts(database.connection, std::vector<MessageId>{2});
  database.connection.commit();
  EXPECT_EQ(state(2), unknown) << "the receipt came before";
  EXPECT_EQ(database.query("SELECT reason FROM outbox WHERE message_id = 2"),
            "the process that had it ended\n");

  begin(3);
  give_up(3);
  EXPECT_EQ(save(receipt(3, 1, false)), Outcome::settled);
  EXPECT_EQ(state(3), failed) << "that much is certain";
}

TEST_F(UnknownOutcome, and_any_other_is_settled_by_a_receipt_that_has_nothing_but_the_reference) {
  const auto bare = [this](MessageId id, bool was_delivered = true) {
    Receipt one = receipt(id, 1, was_delivered);
    one.id.clear();
    return one;
  };
  queue(1);
  lose(1, unknown);
  Receipt enroute = bare(1, false);
  enroute.final = false;
  enroute.word = "ENROUTE";
  EXPECT_EQ(save(enroute), Outcome::progress);
  EXPECT_EQ(state(1), submitted) << "the carrier has it, under an id that nobody knows";
  EXPECT_EQ(save(receipt(1)), Outcome::settled) << "with an id now, which is nobody else's";
  EXPECT_EQ(state(1), delivered);

  queue(2);
  settle(
      {.id = 2, .state = submitted, .parts = {{.number = 1, .carrier = "sim", .carrier_message_id = "a2"}}});
  EXPECT_EQ(save(bare(2, false)), Outcome::settled);
  EXPECT_EQ(state(2), failed);
  EXPECT_EQ(save(bare(2)), Outcome::conflict);
  EXPECT_EQ(state(2), failed);
}

TEST_F(UnknownOutcome, receipts_without_an_id_that_came_too_early_wait_each_for_its_own) {
  for (const MessageId id : {1U, 2U}) {
    queue(id);
    Receipt one = receipt(id);
    one.id.clear();
    EXPECT_EQ(save(one), Outcome::parked);
    EXPECT_EQ(save(one), Outcome::parked) << "said twice";
  }
  EXPECT_EQ(parked(), 2) << "each once, of one phone";
  for (const MessageId id : {1U, 2U}) {
    settle({.id = id,
            .state = submitted,
            .parts = {{.number = 1, .carrier = "sim", .carrier_message_id = "a" + std::to_string(id)}}});
  }
  now += kReceiptDoubt;
  EXPECT_EQ(retry_parked_receipts(database.connection, now, 100), 2U);
  database.connection.commit();
  EXPECT_EQ(state(1), delivered);
  EXPECT_EQ(state(2), delivered);
  EXPECT_EQ(parked(), 0);
}

}  // namespace
}  // namespace peyk::tests::mysql_unknown_outcome_test
