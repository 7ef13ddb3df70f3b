// Trap 12's flood, and what a flood must not do: take memory without end, or time from anybody else.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <csignal>
#include <fstream>

#include "smpp/parts.hpp"
#include "smpp/ussd.hpp"
#include "tests/kit/raw_carrier.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::traps_flood_test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kLater = smpp::ESME_RX_T_APPN;

std::string phone(std::size_t n) {
  return std::to_string(989120000000 + n);
}

smpp::DeliverSm text_from(const std::string& phone, std::string text) {
  return {.source_addr_ton = 1,
          .source_addr_npi = 1,
          .source_addr = phone,
          .dest_addr_npi = 1,
          .destination_addr = Stack::line(),
          .short_message = std::move(text)};
}

// A line of /proc/PID/status, in MiB: "VmRSS", "VmHWM".
std::size_t memory_mib(Process& process, const std::string& what) {
  std::ifstream status("/proc/" + std::to_string(process.pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(what + ":")) return std::stoul(line.substr(what.size() + 1)) / 1024;
  }
  return 0;
}

struct Flooded {
  explicit Flooded(StackOptions options = {}) : stack(with(std::move(options), carrier.port())) {
    EXPECT_TRUE(carrier.await_bind()) << stack.gateway_log();
  }
  static StackOptions with(StackOptions options, std::uint16_t port) {
    options.receipts = false;
    options.carrier_port = port;
    return options;
  }
  // Sends each of these, and again what it is told to send again, until each was taken. How often one was
  // told so.
  std::size_t deliver_all(const std::vector<smpp::DeliverSm>& messages, std::chrono::milliseconds limit) {
    std::map<std::uint32_t, std::size_t> open;
    for (std::size_t i = 0; i < messages.size(); ++i) open[carrier.send(messages[i])] = i;
    std::size_t refused = 0;
    EXPECT_TRUE(carrier.until(limit,
                              [&] {
                                std::vector<std::size_t> again;
                                std::erase_if(open, [&](const auto& one) {
                                  const auto answer = carrier.answers.find(one.first);
                                  if (answer == carrier.answers.end()) return false;
                                  if (answer->second.status == kLater) again.push_back(one.second);
                                  EXPECT_TRUE(answer->second.status == kLater ||
                                              answer->second.status == smpp::ESME_ROK);
                                  return true;
                                });
                                refused += again.size();
                                for (const std::size_t i : again) open[carrier.send(messages[i])] = i;
                                return open.empty();
                              }))
        << open.size() << " are not answered\n"
        << stack.gateway_log();
    return refused;
  }

  RawCarrier carrier;
  Stack stack;
};

TEST(Trap12, a_flood_of_10000_deliver_sm_is_answered_once_each_soon_and_in_bounded_memory) {
  constexpr std::size_t kTexts = 10'000, kFew = kTexts / 20;
  Flooded flooded;
  RawCarrier& carrier = flooded.carrier;
  // How fast this machine is: a twentieth of it beforehand.
  std::vector<smpp::DeliverSm> few;
  for (std::size_t n = 0; n < kFew; ++n) few.push_back(text_from(phone(kTexts + 1 + n), "HELP"));
  const auto began = RawCarrier::Clock::now();
  ASSERT_EQ(flooded.deliver_all(few, 120s), 0U);
  const auto of_few = RawCarrier::Clock::now() - began;
  const std::size_t memory_before = memory_mib(flooded.stack.gateway(), "VmRSS");

  std::map<std::uint32_t, std::size_t> open;  // its sequence number, the text's
  const auto send = [&](std::size_t n) { open[carrier.send(text_from(phone(n), "HELP"))] = n; };
  for (std::size_t n = 1; n <= kTexts; ++n) send(n);
  std::vector<std::uint32_t> enquiries;
  auto enquire_at = RawCarrier::Clock::now();
  std::vector<std::chrono::microseconds> latencies;
  ASSERT_TRUE(carrier.until(
      400s,
      [&] {
        if (RawCarrier::Clock::now() >= enquire_at) {
          enquiries.push_back(carrier.send(smpp::EnquireLink{}, smpp::CommandId::enquire_link));
          enquire_at += 200ms;
        }
        std::vector<std::size_t> again;
        std::erase_if(open, [&](const auto& one) {
          const auto answer = carrier.answers.find(one.first);
          if (answer == carrier.answers.end()) return false;
          latencies.push_back(answer->second.after);
          if (answer->second.status != smpp::ESME_ROK) again.push_back(one.second);
          EXPECT_TRUE(answer->second.status == smpp::ESME_ROK || answer->second.status == kLater);
          return true;
        });
        for (const std::size_t n : again) send(n);
        return open.empty();
      }))
      << open.size() << " are not answered\n"
      << flooded.stack.gateway_log();
  EXPECT_TRUE(carrier.until(20s, [&] { return carrier.answers.contains(enquiries.back()); }));

  std::sort(latencies.begin(), latencies.end());
  const auto p99 = latencies[latencies.size() * 99 / 100];
  std::chrono::microseconds slowest_enquiry{};
  for (const std::uint32_t number : enquiries)
    slowest_enquiry = std::max(slowest_enquiry, carrier.answers[number].after);
  const std::size_t memory_after = memory_mib(flooded.stack.gateway(), "VmHWM");
  std::cout << fmt::format(
      "answers p50 {} ms, p99 {} ms; {} told to come again; enquire_link at most {} ms; memory {} to {} "
      "MiB\n",
      latencies[latencies.size() / 2].count() / 1000, p99.count() / 1000, latencies.size() - kTexts,
      slowest_enquiry.count() / 1000, memory_before, memory_after);
  EXPECT_LT(p99, std::max<RawCarrier::Clock::duration>(10s, 30 * of_few));
  EXPECT_LT(slowest_enquiry, std::max<RawCarrier::Clock::duration>(5s, 15 * of_few));
  EXPECT_LT(memory_after, memory_before + 400);
  for (const auto& [number, answer] : carrier.answers) ASSERT_EQ(answer.times, 1U) << number;
  EXPECT_TRUE(carrier.until(300s, [&] { return carrier.heard.size() == kTexts + kFew; }))
      << carrier.heard.size() << "\n"
      << flooded.stack.gateway_log();
  for (const auto& [to, times] : carrier.heard) ASSERT_EQ(times, 1U) << to;
}

TEST(Flood, of_parts_is_kept_in_sets_and_each_text_is_said_once) {
  constexpr std::size_t kTexts = 500;
  Flooded flooded;
  std::vector<smpp::DeliverSm> parts;
  for (const std::uint8_t seq : {std::uint8_t{2}, std::uint8_t{1}}) {
    for (std::size_t n = 0; n < kTexts; ++n) {
      const std::string header = smpp::build_udh(7, smpp::RefWidth::bits8, 2, seq);
      parts.push_back(text_from(phone(n), header + (seq == 1 ? "HE" : "LP")));
      parts.back().esm_class = smpp::esm_class::udhi;
    }
  }
  flooded.deliver_all(parts, 120s);
  EXPECT_TRUE(flooded.carrier.until(120s, [&] { return flooded.carrier.heard.size() == kTexts; }));
  for (const auto& [to, times] : flooded.carrier.heard) ASSERT_EQ(times, 1U) << to;
  EXPECT_TRUE(eventually(60s, [&] {
    return flooded.stack.query("SELECT COUNT(*) FROM mo_text WHERE done_at IS NULL") == "0\n";
  }));
}

TEST(Flood, of_large_texts_while_mysql_stands_still_holds_no_more_than_the_link_may_and_loses_nothing) {
  constexpr std::size_t kTexts = 100, kOctets = 60'000, kAllowed = 1 << 20;
  Flooded flooded({.more_yaml = fmt::format("limits:\n  inbound_octets_per_link_max: {}\n", kAllowed)});
  std::vector<smpp::DeliverSm> texts;
  for (std::size_t n = 0; n < kTexts; ++n) {
    texts.push_back(text_from(phone(n), ""));
    smpp::set_octets(texts.back().tlvs, smpp::tag::message_payload, std::string(kOctets, 'a'));
  }
  kill(flooded.stack.mysql().pid(), SIGSTOP);
  std::vector<std::uint32_t> numbers;
  for (const smpp::DeliverSm& text : texts) numbers.push_back(flooded.carrier.send(text));
  constexpr std::size_t kHeld = kAllowed / kOctets;  // at most
  const bool told =
      flooded.carrier.until(20s, [&] { return flooded.carrier.answers.size() >= kTexts - kHeld; });
  kill(flooded.stack.mysql().pid(), SIGCONT);
  EXPECT_TRUE(told) << flooded.carrier.answers.size();
  for (const auto& [number, answer] : flooded.carrier.answers) EXPECT_EQ(answer.status, kLater);
  ASSERT_TRUE(flooded.carrier.until(30s, [&] { return flooded.carrier.answers.size() == kTexts; }));
  std::vector<smpp::DeliverSm> again;
  for (std::size_t n = 0; n < kTexts; ++n) {
    if (flooded.carrier.answers[numbers[n]].status != smpp::ESME_ROK) again.push_back(texts[n]);
  }
  EXPECT_GE(again.size(), kTexts - kHeld);
  EXPECT_LT(again.size(), kTexts) << "some were held, and taken";
  flooded.deliver_all(again, 120s);
  EXPECT_TRUE(flooded.carrier.until(120s, [&] { return flooded.carrier.heard.size() == kTexts; }))
      << flooded.carrier.heard.size();
}

TEST(Flood, of_ussd_steps_while_redis_stands_still_is_bounded_and_texts_are_still_taken) {
  constexpr std::size_t kDials = 30, kAllowed = 10;
  Flooded flooded({.more_yaml = fmt::format("limits:\n  ussd_steps_per_link_max: {}\n", kAllowed)});
  kill(flooded.stack.redis().pid(), SIGSTOP);
  std::vector<std::uint32_t> numbers;
  for (std::size_t n = 0; n < kDials; ++n) {
    smpp::DeliverSm dial = text_from(phone(n), "");
    dial.destination_addr = "7000";
    dial.short_message = "*7000#";
    smpp::set_u8(dial.tlvs, smpp::tag::ussd_service_op, 0x01);
    smpp::set_octets(dial.tlvs, smpp::tag::its_session_info, std::string{static_cast<char>(n + 1), '\0'});
    numbers.push_back(flooded.carrier.send(dial));
  }
  const auto later = [&] {
    return static_cast<std::size_t>(std::ranges::count_if(
        flooded.carrier.answers, [](const auto& one) { return one.second.status == kLater; }));
  };
  const bool told = flooded.carrier.until(20s, [&] { return later() == kDials - kAllowed; });
  const auto text = flooded.carrier.send(text_from(phone(900), "HELP"));
  const bool taken = flooded.carrier.until(20s, [&] { return flooded.carrier.answers.contains(text); });
  kill(flooded.stack.redis().pid(), SIGCONT);
  EXPECT_TRUE(told) << later();
  EXPECT_TRUE(taken);
  EXPECT_EQ(flooded.carrier.answers[text].status, smpp::ESME_ROK);
  EXPECT_TRUE(flooded.carrier.until(20s, [&] { return flooded.carrier.answers.size() == kDials + 1; }));
  EXPECT_EQ(later(), kDials - kAllowed);
}

TEST(InboundTlvs, that_no_standard_knows_are_told_to_the_log_once_and_the_text_is_answered) {
  Flooded flooded;
  for (std::size_t n = 0; n < 3; ++n) {
    smpp::DeliverSm text = text_from(phone(n), "HELP");
    smpp::set_octets(text.tlvs, 0x1406, "989121234567");
    ASSERT_EQ(flooded.deliver_all({text}, 20s), 0U);
  }
  const std::string log = flooded.stack.gateway_log();
  const auto at = log.find("tlv_unknown");
  ASSERT_NE(at, std::string::npos) << log;
  EXPECT_EQ(log.find("tlv_unknown", at + 1), std::string::npos) << "once";
  EXPECT_NE(log.find("0x1406", at), std::string::npos) << log;
  EXPECT_EQ(log.find("989121234567"), std::string::npos) << "not what it says";
}

}  // namespace
}  // namespace peyk::tests::traps_flood_test
