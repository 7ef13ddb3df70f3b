// Random stories, told to the request workers over a real database and to books as a child would keep them
// (model_books.hpp). After every step both have said the same and hold the same; after every story the audit
// has nothing to say.
//
//   RC_PARAMS="max_success=5000" build/dev/tests/peyk_tests_store --gtest_filter='MysqlModel.*'
//
// tells as many stories; a failure prints the seed and the shortest story that fails.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "store/mysql/expiry.hpp"
#include "tests/store/model_books.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;
using Verdict = store::Result::Verdict;

constexpr int kStoriesADatabase = 200;  // an audit reads all of it

struct Cashier {
  ModelBooks::Phone phone;
  const char* pin;
};
constexpr Cashier kCashiers[] = {{kVanakCashier, "4321"}, {kTajrishCashier, "9876"}};

// The real club; what earlier stories left in it is of other phones.
struct World {
  TestDatabase database{"model"};
  Shop shop{database, 2};
  store::SystemChance chance;
  rules::Instant now = kNoon;
  int stories = 0;

  void advance(std::chrono::microseconds step) {
    now += step;
    shop.advance(step);
  }
};

World& world() {
  static std::optional<World> now;
  if (now && ++now->stories % kStoriesADatabase == 0) now.reset();
  if (!now) now.emplace();
  return *now;
}

class Story {
 public:
  explicit Story(World& world) : world_(world) {
    static ModelBooks::Phone next_phone = 989120000000;
    first_phone_ = next_phone += 10;
    world_.advance(1h);  // cashiers are patient again
    books_.now = world_.now;
  }

  void step() {
    switch (*rc::gen::weightedElement<int>(
        {{2, 0}, {5, 1}, {3, 2}, {8, 3}, {4, 4}, {2, 5}, {2, 6}, {4, 7}, {1, 8}, {4, 9}})) {
      case 0:
        books_.join(say(member(), "JOIN", "Membership number: "));
        break;
      case 1:
        return buy();
      case 2: {
        const std::string code = any_code();
        const Cashier& by = cashier();
        return say(by.phone, code, books_.check(by.phone, code)), void();
      }
      case 3:
        return redeem();
      case 4:
        return undo();
      case 5: {
        const auto phone = member();
        return say(phone, "CREDIT", books_.credit(phone)), void();
      }
      case 6: {
        const auto phone = member();
        return say(phone, "LEAVE", books_.leave(phone)), void();
      }
      case 7:
        world_.advance(some_time());
        books_.now = world_.now;
        break;
      case 8:
        sweep();
        break;
      case 9:
        return split();
    }
  }

  void compare() {
    for (ModelBooks::Phone phone = first_phone_; phone < first_phone_ + 3; ++phone) {
      RC_ASSERT(number("SELECT COALESCE(SUM(balance), 0) FROM member WHERE phone = " +
                       std::to_string(phone)) == books_.balance(phone));
    }
    for (const auto& [code, its] : books_.codes) {
      RC_ASSERT(number("SELECT l.remaining FROM code c JOIN lot l ON l.lot_id = c.lot_id WHERE c.number = " +
                       code) == its.left);
    }
  }

 private:
  ModelBooks::Phone member() { return first_phone_ + *rc::gen::inRange<ModelBooks::Phone>(0, 3); }
  static const Cashier& cashier() { return kCashiers[*rc::gen::inRange(0, 2)]; }
  std::string any_code() {
    if (books_.codes.empty() || *rc::gen::inRange(0, 12) == 0) return "1234567";
    const auto at = *rc::gen::inRange<std::size_t>(0, books_.codes.size());
    return std::next(books_.codes.begin(), static_cast<std::ptrdiff_t>(at))->first;
  }
  static std::chrono::microseconds some_time() {
    return *rc::gen::oneOf(
        rc::gen::map(rc::gen::inRange(1, 900),
                     [](int s) -> std::chrono::microseconds { return std::chrono::seconds{s}; }),
        rc::gen::map(rc::gen::inRange(1, 24 * 40),
                     [](int h) -> std::chrono::microseconds { return std::chrono::hours{h}; }));
  }

  // What is said to a phone that says this must have `expected` in it. Now and then it is delivered twice.
  ModelBooks::Phone say(ModelBooks::Phone from, const std::string& text, const std::string& expected) {
    const handlers::Request request =
        text_from(from, text, std::to_string(++texts_) + "-" + std::to_string(first_phone_));
    const store::Result result = world_.shop.ask(request, from);
    // The reply comes first; a manager may hear more.
    const auto to_speaker = std::ranges::find(result.texts, from, &store::QueuedText::to);
    const std::string reply = to_speaker == result.texts.end() ? "" : to_speaker->text;
    RC_LOG() << from % 10 << " > " << text << "  < " << reply << "\n";
    RC_ASSERT(result.verdict == Verdict::done);
    if (reply.find(expected) == std::string::npos) RC_FAIL("expected: " + expected + "\nheard: " + reply);
    if (*rc::gen::inRange(0, 5) == 0) {
      RC_ASSERT(world_.shop.ask(request, from + 1).verdict == Verdict::repeated);
    }
    return from;
  }

  void buy() {
    const auto phone = member();
    const auto amount = *rc::gen::inRange<ModelBooks::Sum>(20, 20'000'000);
    const std::string invoice = std::to_string(first_phone_) + "-" + std::to_string(*rc::gen::inRange(0, 40));
    const ModelBooks::Sum credit = books_.buy(phone, amount, invoice);
    const store::Result result =
        world_.shop.ask(purchase_of(phone, amount, invoice, invoice + "-" + std::to_string(++texts_)), phone);
    RC_LOG() << phone % 10 << " buys for " << amount << ", invoice " << invoice << "\n";
    RC_ASSERT(result.verdict == Verdict::done);
    if (credit == 0) return;  // known: earned once, whatever is said of it now
    const auto answer = nlohmann::json::parse(result.answer);
    RC_ASSERT(answer.at("credit").get<ModelBooks::Sum>() == credit);
    books_.earned(phone, credit, answer.at("code"));
  }

  void redeem() {
    const Cashier& by = cashier();
    const std::string code = any_code();
    const auto invoice = *rc::gen::element<ModelBooks::Sum>(90'000, 150'000, 400'000, 900'000, 30'000'000);
    const bool right = *rc::gen::inRange(0, 10) > 0;
    say(by.phone, code + " " + std::to_string(invoice) + " " + (right ? by.pin : "1111"),
        books_.redeem(by.phone, code, invoice, right));
  }

  void undo() {
    const Cashier& by = cashier();
    const std::string code = any_code();
    const bool right = *rc::gen::inRange(0, 10) > 0;
    say(by.phone, "VOID " + code + " " + (right ? by.pin : "1111"), books_.undo(by.phone, code, right));
  }

  void split() {
    const auto phone = member();
    const auto amount = *rc::gen::inRange<ModelBooks::Sum>(5'000, 900'000);
    std::vector<ModelBooks::Share> shares;
    const std::string refusal = books_.split(phone, amount, shares);
    say(phone, "CODE " + std::to_string(amount), refusal.empty() ? "new code" : refusal);
    if (!refusal.empty()) return;
    const std::vector<std::string> fresh = new_codes(phone);
    RC_ASSERT(fresh.size() == shares.size());
    books_.moved(phone, shares, fresh);
  }

  // That the books do not know yet, in the order in which they were made.
  std::vector<std::string> new_codes(ModelBooks::Phone phone) {
    std::vector<std::string> numbers;
    store::Rows rows = world_.database.connection
                           .prepare(
                               "SELECT c.number FROM code c JOIN member m ON m.member_id = c.member_id WHERE"
                               " m.phone = ? ORDER BY c.code_id")
                           .add(phone)
                           .query();
    while (rows.next()) {
      std::string number = std::to_string(rows.u64());
      if (!books_.codes.contains(number)) numbers.push_back(std::move(number));
    }
    return numbers;
  }

  void sweep() {
    store::expire_due(world_.database.connection, world_.chance, world_.now, store::kExpirySetMax);
    world_.database.connection.commit();
    books_.sweep();
  }

  ModelBooks::Sum number(const std::string& sql) {
    store::Rows rows = world_.database.connection.prepare(sql).query();
    const ModelBooks::Sum found = rows.next() ? rows.i64() : -1;
    return found;
  }

  World& world_;
  ModelBooks books_;
  ModelBooks::Phone first_phone_ = 0;
  int texts_ = 0;
};

RC_GTEST_PROP(MysqlModel, every_story_is_told_and_kept_as_a_child_would, ()) {
  World& all = world();
  Story story(all);
  const int steps = *rc::gen::inRange(5, 40);
  for (int i = 0; i < steps; ++i) {
    story.step();
    story.compare();
    all.database.connection.rollback();
  }
  const store::Audit audit = store::audit_ledger(all.database.connection);
  RC_ASSERT(audit.problems == std::vector<std::string>{});
}

}  // namespace
}  // namespace peyk::tests
