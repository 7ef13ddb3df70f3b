// Answers to a submit_sm, from octets to what becomes of the text: an error with a body, without one, as a
// nack.
#include <gtest/gtest.h>

#include "gateway/submit_policy.hpp"
#include "smpp/session.hpp"

namespace peyk::tests::traps_sending_test {
namespace {

using namespace std::chrono_literals;
using gateway::SubmitDecision;
using gateway::SubmitPolicy;

constexpr smpp::Time kNow{std::chrono::hours{1}};

std::string u32(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string frame(std::uint32_t command_id, std::uint32_t status, std::uint32_t sequence_number,
                  const std::string& body = {}) {
  return u32(static_cast<std::uint32_t>(16 + body.size())) + u32(command_id) + u32(status) +
         u32(sequence_number) + body;
}

struct Row {
  const char* what;
  std::uint32_t command_id, status;
  std::string body;
  SubmitDecision::What then;
};

TEST(Trap01, an_error_response_with_and_without_a_body_maps_its_status_frees_the_slot_and_keeps_the_link) {
  constexpr std::uint32_t kResponse = 0x80000004, kNack = 0x80000000;
  const std::vector<Row> rows{
      {"header only", kResponse, 0x58, "", SubmitDecision::What::wait},
      {"an empty message_id", kResponse, 0x58, std::string(1, '\0'), SubmitDecision::What::wait},
      {"a message_id", kResponse, 0x0B, std::string("17\0", 3), SubmitDecision::What::give_up},
      {"a message_id that does not end", kResponse, 0x45, "17", SubmitDecision::What::wait},
      {"a nack", kNack, 0x58, "", SubmitDecision::What::wait},
      {"a nack that says invalid", kNack, 0x03, "", SubmitDecision::What::give_up},
      {"a vendor's own", kResponse, 0x435, "", SubmitDecision::What::wait},
      {"taken", kResponse, 0, std::string("17\0", 3), SubmitDecision::What::taken},
  };
  smpp::SessionOptions options;
  options.window = 1;
  smpp::Session session(options);
  session.connected(kNow);
  ASSERT_TRUE(session.bind(smpp::BindKind::transceiver, {.system_id = "peyk", .password = "secret"}, kNow));
  smpp::Event event;
  session.feed(frame(0x80000009, 0, 1, std::string("smsc\0", 5)), kNow);
  while (session.next_event(event)) {
  }
  ASSERT_TRUE(session.is_bound());
  const SubmitPolicy policy;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    smpp::SubmitSm submit_sm;
    submit_sm.destination_addr = "989120000001";
    const auto sequence_number = session.request(submit_sm, 7, kNow);
    ASSERT_TRUE(sequence_number.has_value());
    EXPECT_EQ(session.window_free(), 0U);
    session.feed(frame(row.command_id, row.status, *sequence_number, row.body), kNow);
    ASSERT_TRUE(session.next_event(event));
    const auto* response = std::get_if<smpp::Response>(&event);
    ASSERT_NE(response, nullptr);
    EXPECT_EQ(response->tag, 7U);
    EXPECT_EQ(response->pdu.command_status, row.status);
    EXPECT_EQ(policy.decide({response->pdu.command_status, {}}, {.left = 1h}, 0.5).what, row.then);
    EXPECT_EQ(session.window_free(), 1U);
    EXPECT_TRUE(session.is_bound());
    EXPECT_FALSE(session.next_event(event));
  }
}

}  // namespace
}  // namespace peyk::tests::traps_sending_test
