// Parts of long texts between a carrier and a store that does as it is told.
#include "gateway/inbound_parts.hpp"

#include <gtest/gtest.h>

#include "gateway/inbound_allowance.hpp"
#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests::gateway_inbound_parts_test {
namespace {

using gateway::CarrierOptions;
using gateway::CarrierRequest;
using gateway::InboundParts;
using gateway::InboundPartsHooks;
using gateway::InboundPartsLimits;

constexpr std::uint32_t kLater = smpp::ESME_RX_T_APPN;

// A carrier that sends parts named by one letter, and the store behind.
struct Road {
  explicit Road(InboundPartsLimits limits = {}) : parts(hooks(), limits) {
    options.name = "sim";
    options.host = "127.0.0.1";
    options.port = peer.port();
    options.system_id = "peyk";
    link.emplace(loop.io, options, 0, shared,
                 gateway::LinkHooks{.request = [this](CarrierRequest request) { take(std::move(request)); },
                                    .response = [](std::uint64_t, const smpp::Pdu&) {},
                                    .unknown = [](std::uint64_t) {},
                                    .state = [](gateway::CarrierLink&, bool) {}});
    link->start();
    EXPECT_TRUE(loop.until([&] { return link->is_bound() && !peer.bound().empty(); }));
  }
  ~Road() {
    link->begin_stop(peer_now());
    peer.close_all();
    EXPECT_TRUE(loop.until([&] { return link->stopped(); }));
  }
  void take(CarrierRequest request) {
    request.held = allowance.hold(request.link, 1);
    store::MoPart part{.carrier = "sim", .octets = std::get<smpp::DeliverSm>(request.pdu.body).short_message};
    part.message[0] = static_cast<std::uint8_t>(part.octets.at(0));
    ++taken;
    parts.take(std::move(request), std::move(part));
  }
  InboundPartsHooks hooks() {
    return {.save =
                [this](std::vector<store::MoPart> set, std::function<void(InboundPartsHooks::Added)> after) {
                  if (full) return false;
                  sets.emplace_back();
                  for (const store::MoPart& part : set) sets.back() += part.octets;
                  saving = std::move(after);
                  return true;
                },
            .mark_done =
                [this](std::vector<store::DoneMoText> texts, std::function<void()> after) {
                  marked.push_back(texts.size());
                  marking = std::move(after);
                  return true;
                },
            .joined =
                [this](CarrierRequest request, const handlers::RequestKey&, const store::AddedPart& added) {
                  whole.push_back(added.pieces.at(0).octets);
                  request.link->respond(request.generation, request.pdu, smpp::ESME_ROK);
                },
            .lost = [this](const std::vector<store::LostText>& texts) { lost += texts.size(); }};
  }
  void deliver(const std::string& letters) {
    const int before = taken;
    for (const char letter : letters)
      peer.deliver(*peer.bound().at(0), {.source_addr = "989120000101",
                                         .destination_addr = "30001234",
                                         .short_message = std::string(1, letter)});
    EXPECT_TRUE(loop.until([&] { return taken == before + static_cast<int>(letters.size()); }));
  }
  // The set under way is saved, or not; each of its parts as the others.
  void end_saving(bool kept, const store::AddedPart& added = {}) {
    const auto after = std::exchange(saving, nullptr);
    ASSERT_TRUE(after);
    if (kept) return after(std::vector(sets.back().size(), added));
    after(std::nullopt);
  }
  bool answered(std::vector<std::uint32_t> statuses) {
    loop.until([&] { return peer.answers.size() >= statuses.size(); });
    return peer.answers == statuses;
  }

  Loop loop;
  CarrierPeer peer{loop.io};
  CarrierOptions options;
  gateway::SharedByLinks shared{options};
  gateway::LinkAllowance allowance{1000};
  InboundParts parts;
  std::optional<gateway::CarrierLink> link;
  bool full = false;
  int taken = 0;
  std::vector<std::string> sets;  // their parts' letters
  std::function<void(InboundPartsHooks::Added)> saving;
  std::vector<std::size_t> marked;
  std::function<void()> marking;
  std::vector<std::string> whole;
  std::size_t lost = 0;
};

TEST(InboundParts, wait_while_a_set_is_saved_and_are_the_next_one) {
  Road road;
  road.deliver("a");
  road.deliver("bcd");
  EXPECT_EQ(road.sets, std::vector<std::string>{"a"});
  EXPECT_TRUE(road.peer.answers.empty()) << "not kept, so not acknowledged";
  road.end_saving(true);
  EXPECT_TRUE(road.answered({0}));
  EXPECT_EQ(road.sets, (std::vector<std::string>{"a", "bcd"}));
  road.end_saving(true);
  EXPECT_TRUE(road.answered({0, 0, 0, 0}));
}

TEST(InboundParts, are_saved_in_sets_of_no_more_than_the_limit) {
  Road road({.set_max = 2});
  road.deliver("abcde");
  for (int i = 0; i < 3; ++i) road.end_saving(true);
  EXPECT_EQ(road.sets, (std::vector<std::string>{"a", "bc", "de"}));
}

TEST(InboundParts, are_told_to_come_again_where_one_cannot_be_saved_and_only_that_one) {
  Road road;
  road.deliver("a");
  road.deliver("bcXd");
  road.end_saving(true);
  while (road.saving) road.end_saving(road.sets.back().find('X') == std::string::npos);
  EXPECT_EQ(road.sets, (std::vector<std::string>{"a", "bcXd", "bc", "Xd", "X", "d"}));
  EXPECT_TRUE(road.answered({0, 0, 0, kLater, 0}));
  road.deliver("X");
  road.end_saving(true);
  EXPECT_TRUE(road.answered({0, 0, 0, kLater, 0, 0})) << "it came again, and is kept";
}

TEST(InboundParts, are_told_to_come_again_where_there_is_no_room) {
  Road road({.waiting_max = 2});
  road.full = true;
  road.deliver("ab");
  EXPECT_TRUE(road.answered({kLater, kLater}));
  road.full = false;
  road.deliver("cdef");  // c is being saved, d and e wait
  EXPECT_TRUE(road.answered({kLater, kLater, kLater}));
  road.end_saving(true);
  road.end_saving(true);
  EXPECT_TRUE(road.answered({kLater, kLater, kLater, 0, 0, 0}));
  EXPECT_EQ(road.sets, (std::vector<std::string>{"c", "de"}));
}

TEST(InboundParts, are_handed_on_when_the_text_is_whole_and_hold_no_memory_once_answered) {
  Road road;
  road.deliver("a");
  EXPECT_EQ(road.allowance.held(&*road.link), 1U);
  store::AddedPart last{.pieces = {{"whole", 0}}};
  last.lost.push_back({});
  road.end_saving(true, last);
  EXPECT_EQ(road.whole, std::vector<std::string>{"whole"});
  EXPECT_EQ(road.lost, 1U);
  EXPECT_TRUE(road.answered({0})) << "by who takes the whole text";
  EXPECT_EQ(road.allowance.held(&*road.link), 0U);
}

TEST(InboundParts, of_texts_that_are_done_are_marked_in_sets_too) {
  Road road;
  for (int i = 0; i < 4; ++i) road.parts.done({});
  EXPECT_EQ(road.marked, std::vector<std::size_t>{1});
  std::exchange(road.marking, nullptr)();
  EXPECT_EQ(road.marked, (std::vector<std::size_t>{1, 3}));
  std::exchange(road.marking, nullptr)();
  EXPECT_EQ(road.marked.size(), 2U) << "nothing is left";
}

TEST(LinkAllowance, is_each_links_own_and_comes_back_with_the_last_copy) {
  gateway::LinkAllowance allowance(100);
  const auto* first = reinterpret_cast<const gateway::CarrierLink*>(0x10);
  const auto* second = reinterpret_cast<const gateway::CarrierLink*>(0x20);
  auto share = allowance.hold(first, 60);
  ASSERT_TRUE(share);
  EXPECT_FALSE(allowance.hold(first, 41));
  EXPECT_TRUE(allowance.hold(first, 40)) << "and given back at once";
  EXPECT_TRUE(allowance.hold(second, 100));
  EXPECT_FALSE(allowance.hold(second, 101));
  auto copy = share;
  share.reset();
  EXPECT_EQ(allowance.held(first), 60U);
  copy.reset();
  EXPECT_EQ(allowance.held(first), 0U);
}

TEST(LinkAllowance, counts_the_octets_of_a_text_wherever_they_are) {
  const auto of = [](smpp::Body body) {
    return gateway::octets_held_by({.command_id = smpp::CommandId::deliver_sm, .body = std::move(body)});
  };
  const std::size_t empty = of(smpp::DeliverSm{});
  EXPECT_EQ(of(smpp::DeliverSm{.short_message = std::string(200, 'a')}), empty + 200);
  smpp::DeliverSm payload;
  smpp::set_octets(payload.tlvs, smpp::tag::message_payload, std::string(60'000, 'a'));
  EXPECT_GE(of(payload), empty + 60'000);
  smpp::DataSm data;
  smpp::set_octets(data.tlvs, smpp::tag::message_payload, std::string(60'000, 'a'));
  EXPECT_GE(of(data), 60'000U);
}

}  // namespace
}  // namespace peyk::tests::gateway_inbound_parts_test
