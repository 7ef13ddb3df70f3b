// Trap 15 with the real gateway before the simulated network, in each profile: the right dialog, a polite
// end, no leak between phones; and what happens to a dialog when a process, Redis, MySQL or the network's
// answer is lost on the way.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/chaos/carrier_words.hpp"
#include "tests/chaos/decided_texts.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::traps_ussd_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sim::Screen;

constexpr const char* kRoot = "*7000#";

std::string phone(int n) {
  return std::to_string(989120000000 + n);
}

long members(Stack& stack, int n) {
  return std::stol(stack.query("SELECT COUNT(*) FROM member WHERE phone = " + phone(n)));
}

json dial(Stack& stack, int n, json how) {
  how["do"] = "dial";
  how["from"] = phone(n);
  if (!how.contains("code")) how["code"] = kRoot;
  return stack.carrier().ask(how);
}

json press(Stack& stack, const Screen& on, const std::string& keys, json how) {
  how["do"] = "press";
  how["session"] = on.session;
  how["keys"] = keys;
  return stack.carrier().ask(how);
}

int refused(Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["ussd_refused"].get<int>();
}

struct Way {
  std::string profile;
  bool end_op_0x17 = false;
};
void PrintTo(const Way& way, std::ostream* out) {
  *out << way.profile << (way.end_op_0x17 ? " with 0x17" : "");
}

StackOptions stack_for(const Way& way) {
  StackOptions options;
  options.carrier_yaml = "    ussd_profile: " + way.profile + "\n";
  options.simulator_options = {"--ussd-profile", way.profile};
  if (way.end_op_0x17) {
    options.carrier_yaml += "    ussd_end_op_0x17: true\n";
    options.simulator_options.emplace_back("--ussd-end-op-0x17");
  }
  return options;
}

class Trap15Of : public testing::TestWithParam<Way> {
 protected:
  Screen dialled(int n) { return stack.carrier().dial(phone(n), kRoot); }
  Screen pressed(const Screen& on, const std::string& keys) {
    return stack.carrier().press(on.session, keys);
  }

  Stack stack{stack_for(GetParam())};
};

TEST_P(Trap15Of, dialogs_begin_go_on_end_and_never_mix) {
  // Through the menu to an end.
  Screen screen = dialled(1);
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  screen = pressed(screen, "1");
  ASSERT_TRUE(screen.ok) << screen.error;
  EXPECT_FALSE(screen.open);
  EXPECT_EQ(members(stack, 1), 1);
  const std::uint32_t ended = screen.session;

  // A subscriber's input after the end: a polite end, and nothing begins.
  json after = dial(stack, 1, {{"session", ended}, {"as_input", "8"}});
  EXPECT_TRUE(after["ok"].get<bool>()) << after.dump();
  EXPECT_FALSE(after["open"].get<bool>());

  // Deeper, back, and out.
  const Screen root = dialled(1);
  ASSERT_TRUE(root.ok && root.open) << root.error;
  screen = pressed(root, "4");
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  EXPECT_NE(screen.screen, root.screen);
  screen = pressed(screen, "0");
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  EXPECT_EQ(screen.screen, root.screen);
  screen = pressed(screen, "8");  // another key: the same one so soon would be no hand's
  EXPECT_TRUE(screen.ok && !screen.open) << screen.error;

  // An input and an abort for dialogs that nobody knows.
  const json unknown = dial(stack, 2, {{"session", 77}, {"as_input", "1"}});
  EXPECT_TRUE(unknown["ok"].get<bool>()) << unknown.dump();
  EXPECT_FALSE(unknown["open"].get<bool>());
  EXPECT_EQ(members(stack, 2), 0);

  // One id, two phones.
  const json hers = dial(stack, 3, {{"session", 9}});
  const json his = dial(stack, 4, {{"session", 9}});
  ASSERT_TRUE(hers["open"].get<bool>() && his["open"].get<bool>()) << hers.dump() << his.dump();
  screen = stack.carrier().press(hers["session"].get<std::uint32_t>(), "1");
  EXPECT_TRUE(screen.ok && !screen.open) << screen.error;
  EXPECT_EQ(members(stack, 3), 1);
  EXPECT_EQ(members(stack, 4), 0);
  screen = stack.carrier().press(his["session"].get<std::uint32_t>(), "1");
  EXPECT_TRUE(screen.ok && !screen.open) << "the other's end was not his: " << screen.error;
  EXPECT_EQ(members(stack, 4), 1);
  EXPECT_EQ(refused(stack), 0) << "each answer was asked for, and in this network's way";
}

TEST_P(Trap15Of, an_abort_is_not_answered_and_what_was_done_is_told_by_text) {
  const Screen menu = dialled(1);
  ASSERT_TRUE(menu.ok && menu.open) << menu.error;
  EXPECT_FALSE(press(stack, menu, "1", {{"abort", true}})["ok"].get<bool>());
  const auto is_told = [&] { return !stack.carrier().inbox(phone(1)).empty(); };
  bool told = eventually(15s, is_told);
  const bool joined = members(stack, 1) == 1;
  if (joined && !told) told = eventually(45s, is_told);
  EXPECT_EQ(told, joined);
  // The next dialog is a new one.
  const Screen again = dialled(1);
  EXPECT_TRUE(again.ok && again.open) << again.error;
  EXPECT_EQ(refused(stack), 0);
}

TEST_P(Trap15Of, a_step_that_comes_twice_is_done_once) {
  ASSERT_TRUE(dial(stack, 1, {{"code", "*7000*1#"}, {"twice", true}})["ok"].get<bool>());
  EXPECT_EQ(members(stack, 1), 1);
  const auto language = [this] {
    return stack.query("SELECT language FROM member WHERE phone = " + phone(1));
  };
  const std::string before = language();
  const Screen menu = dialled(1);
  ASSERT_TRUE(menu.ok && menu.open) << menu.error;
  // Twice would be there and back again.
  EXPECT_TRUE(press(stack, menu, "8", {{"twice", true}})["ok"].get<bool>());
  EXPECT_FALSE(eventually(500ms, [&] { return language() == before; }));
  const Screen next = dialled(1);
  EXPECT_TRUE(next.ok && next.open) << next.error;
}

INSTANTIATE_TEST_SUITE_P(Profiles, Trap15Of,
                         testing::Values(Way{"spec_like"}, Way{"user_message_reference"},
                                         Way{"session_15_bits"}, Way{"end_bit_only"},
                                         Way{"end_bit_only", true}, Way{"vendor_session_id"},
                                         Way{"no_session"}, Way{"data_sm"}, Way{"smpp_plus"}),
                         [](const auto& of) {
                           return of.param.profile + (of.param.end_op_0x17 ? "_0x17" : "");
                         });

TEST(Trap15, a_dialog_goes_on_in_another_process) {
  Stack stack({.gateways = 2});
  ASSERT_TRUE(stack.carrier()
                  .ask({{"do", "await_bound"}, {"receivers", 2}, {"wait_ms", 40'000}}, 60s)["ok"]
                  .get<bool>())
      << stack.gateway_log(1);
  // The network gives steps to its links in turn.
  Screen screen = stack.carrier().dial(phone(1), kRoot);
  for (const char* keys : {"8", "8", "1"}) {
    ASSERT_TRUE(screen.ok && screen.open) << screen.error;
    screen = stack.carrier().press(screen.session, keys);
  }
  EXPECT_TRUE(screen.ok && !screen.open) << screen.error;
  EXPECT_EQ(members(stack, 1), 1);
  std::set<int> links;
  const json record = stack.carrier().ask({{"do", "record"}, {"command", "deliver_sm"}});
  for (const json& pdu : record["pdus"]) links.insert(pdu["link"].get<int>());
  EXPECT_EQ(links.size(), 2U) << "both processes had steps of it";
}

TEST(Trap15, a_dialog_ends_politely_when_redis_is_lost_or_forgets) {
  Stack stack;
  Screen screen = stack.carrier().dial(phone(1), kRoot);
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  stack.redis().command({"FLUSHALL"});
  screen = stack.carrier().press(screen.session, "1");
  EXPECT_TRUE(screen.ok && !screen.open) << screen.error;
  EXPECT_EQ(members(stack, 1), 0);
  screen = stack.carrier().dial(phone(1), kRoot);
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  stack.redis().kill();
  screen = stack.carrier().press(screen.session, "1");
  EXPECT_TRUE(screen.ok && !screen.open) << screen.error;
  stack.redis().start();
  EXPECT_TRUE(eventually(60s, [&] { return stack.carrier().dial(phone(1), kRoot).open; }));
}

TEST(Trap15, a_screen_that_told_of_a_change_and_was_not_taken_becomes_a_text) {
  Stack stack;
  Screen screen = stack.carrier().dial(phone(1), kRoot);
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  stack.carrier().ask({{"do", "fault"}, {"what", "respond"}, {"n", 1}, {"status", 8}});
  std::thread member([&] {
    sim::ControlClient own = stack.new_carrier_client();
    own.press(screen.session, "1");
  });
  EXPECT_EQ(stack.carrier().inbox(phone(1), 0, 60s).size(), 1U);
  EXPECT_EQ(members(stack, 1), 1);
  member.join();
  // Taken, and nobody said so: she is told twice rather than never.
  screen = stack.carrier().dial(phone(2), kRoot);
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  stack.carrier().ask({{"do", "fault"}, {"what", "lose_responses"}, {"n", 1}});
  EXPECT_TRUE(stack.carrier().press(screen.session, "1").ok);
  EXPECT_EQ(stack.carrier().inbox(phone(2), 0, 60s).size(), 1U);
}

TEST(Trap15, an_answer_that_would_come_late_is_not_sent_and_its_change_is_told_by_text) {
  Stack stack;
  const Screen screen = stack.carrier().dial(phone(1), kRoot);
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  std::thread lock([&stack] { stack.query("FLUSH TABLES WITH READ LOCK; SELECT SLEEP(15)"); });
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.query(
               "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'") !=
           "0\n";
  }));
  sim::ControlClient patient = stack.new_carrier_client();
  EXPECT_FALSE(patient.press(screen.session, "1").ok) << "the network gave up after ten seconds";
  lock.join();
  EXPECT_EQ(stack.carrier().inbox(phone(1), 0, 60s).size(), 1U);
  EXPECT_EQ(members(stack, 1), 1);
  EXPECT_EQ(refused(stack), 0) << "a late screen left";
}

TEST(Trap15, a_screen_takes_a_slot_of_the_account_and_waits_behind_no_text) {
  StackOptions options;
  options.carrier_yaml = "    rate: 5\n";
  Stack stack(options);
  constexpr int kTexts = 300;  // of a minute: however slow the machine is, some wait still
  decide_texts(stack, 1'000, kTexts, 1);
  stack.redis().command({"FLUSHALL"});
  ASSERT_TRUE(eventually(60s, [&] { return texts_taken(stack) > 0; })) << stack.gateway_log();
  Screen screen = stack.carrier().dial(phone(1), kRoot);
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  EXPECT_LT(screen.us, 8'000'000);
  screen = stack.carrier().press(screen.session, "1");
  EXPECT_TRUE(screen.ok && !screen.open) << screen.error;
  EXPECT_LT(texts_taken(stack), kTexts) << "the texts still wait";
  int most = 0;
  const json sources = stack.carrier().ask({{"do", "stats"}})["sources"];
  for (const auto& [number, source] : sources.items())
    most = std::max(most, source["max_in_any_second"].get<int>());
  EXPECT_LE(most, 5);
}

}  // namespace
}  // namespace peyk::tests::traps_ussd_test
