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
#include "store/mysql/sets.hpp"
#include "tests/store/model_till.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_model_test {
namespace {

using namespace std::chrono_literals;
using Verdict = store::Result::Verdict;

constexpr int kStoriesADatabase = 200;  // an audit reads all of it

// Of all of [from, to) from the first story on: RapidCheck's own ranges begin small.
template <typename Number>
Number drawn(Number from, Number to) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Number>(from, to));
}

struct Cashier {
  ModelBooks::Phone phone;
  int branch;
  const char* pin;
};
constexpr Cashier kCashiers[] = {{kVanakCashier, 12, "4321"}, {kTajrishCashier, 14, "9876"}};

handlers::Club club_that(bool may_owe) {
  handlers::Club club = stored_club();
  club.policy.debt_on_refund = may_owe;
  return club;
}

// The real club; what earlier stories left in it is of other phones.
struct World {
  explicit World(bool owing) : may_owe(owing) {}

  bool may_owe;
  TestDatabase database{may_owe ? "model_owing" : "model"};
  Shop shop{database, 2, 200, club_that(may_owe)};
  store::SystemChance chance;
  rules::Instant now = kNoon;
  int stories = 0;

  void advance(std::chrono::microseconds step) {
    now += step;
    shop.advance(step);
  }
};

World& world(bool may_owe) {
  static std::array<std::optional<World>, 2> worlds;
  std::optional<World>& now = worlds[may_owe ? 1 : 0];
  if (now && ++now->stories % kStoriesADatabase == 0) now.reset();
  if (!now) now.emplace(may_owe);
  return *now;
}

class Story {
 public:
  explicit Story(World& world) : world_(world), books_(world.may_owe) {
    static ModelBooks::Phone next_phone = 989120000000;
    first_phone_ = next_phone += 10;
    world_.advance(1h);  // cashiers are patient again
    books_.now = world_.now;
  }

  void step() {
    using Step = void (Story::*)();
    const Step next = *rc::gen::weightedElement<Step>(
        {{2, &Story::join},           {5, &Story::buy},    {3, &Story::buy_by_text},
         {3, &Story::check},          {8, &Story::redeem}, {4, &Story::redeem_again},
         {4, &Story::undo},           {2, &Story::credit}, {2, &Story::leave},
         {6, &Story::wait},           {2, &Story::lapse},  {1, &Story::sweep},
         {4, &Story::split},          {5, &Story::give},   {3, &Story::undo_gift},
         {3, &Story::redeem_at_till}, {5, &Story::hold},   {5, &Story::capture},
         {2, &Story::release},        {7, &Story::refund}});
    (this->*next)();
    // Of two lots of one instant the workers' ids tell which is spent first, and those a child cannot know.
    world_.advance(1ms);
    books_.now = world_.now;
  }

  void compare() {
    std::vector<ModelBooks::Phone> phones{first_phone_, first_phone_ + 1, first_phone_ + 2};
    std::map<ModelBooks::Phone, std::pair<ModelBooks::Sum, ModelBooks::Sum>> sums;  // balance, debt
    store::select_in(
        world_.database.connection, "SELECT phone, balance, debt FROM member WHERE phone IN (", "", 1, phones,
        [](store::Statement& s, ModelBooks::Phone phone) { s.add(phone); },
        [&sums](store::Rows& rows) {
          const ModelBooks::Phone phone = rows.u64();
          const ModelBooks::Sum balance = rows.i64();
          sums[phone] = {balance, rows.i64()};
        });
    for (const ModelBooks::Phone phone : phones)
      RC_ASSERT(sums[phone] == std::pair(books_.balance(phone), books_.members[phone].debt));
    std::map<std::string, ModelBooks::Sum> left;
    store::select_in(
        world_.database.connection,
        "SELECT c.number, l.remaining FROM code c JOIN lot l ON l.lot_id = c.lot_id WHERE c.number IN (", "",
        1, books_.codes, [](store::Statement& s, const auto& code) { s.add(code.first); },
        [&left](store::Rows& rows) {
          const std::string number = std::to_string(rows.u64());
          left[number] = rows.i64();
        });
    for (const auto& [code, its] : books_.codes) {
      if (left[code] != its.left)
        RC_FAIL("code " + code + " has " + std::to_string(left[code]) + ", not " + std::to_string(its.left));
    }
  }

 private:
  using Phone = ModelBooks::Phone;
  using Sum = ModelBooks::Sum;
  using Json = nlohmann::json;

  Phone member() { return first_phone_ + drawn<Phone>(0, 3); }
  static const Cashier& cashier() { return kCashiers[drawn<int>(0, 2)]; }
  std::string any_code() {
    if (books_.codes.empty() || drawn<int>(0, 12) == 0) return "1234567";
    const auto at = drawn<std::size_t>(0, books_.codes.size());
    return std::next(books_.codes.begin(), static_cast<std::ptrdiff_t>(at))->first;
  }
  // Few, so that codes, purchases and refunds meet on them.
  std::string any_invoice() {
    return "k" + std::to_string(drawn<int>(0, 10)) + "-" + std::to_string(first_phone_);
  }
  static Sum invoice_amount() {
    return *rc::gen::element<Sum>(90'000, 150'000, 400'000, 900'000, 30'000'000);
  }
  static bool most_often() { return drawn<int>(0, 10) > 0; }
  // A minute, so that holds and numbers end now and then; an hour; until something expires.
  static std::chrono::microseconds some_time() {
    const int most = *rc::gen::element(150, 150, 3600, 3600 * 24 * 20);
    const int seconds = drawn<int>(1, most);
    return std::chrono::seconds{seconds};
  }

  void join() { books_.join(say(member(), "JOIN", "Membership number: ")); }
  void check() {
    const std::string code = any_code();
    const Cashier& by = cashier();
    say(by.phone, code, books_.check(by.phone, code));
  }
  void credit() {
    const Phone phone = member();
    say(phone, "CREDIT", books_.credit(phone));
  }
  // To the very end of some credit of hers, and what is told of it then: swept or not.
  void lapse() {
    const Phone phone = member();
    std::optional<ModelBooks::Time> end;
    for (const auto& [number, code] : books_.codes) {
      const bool sooner = code.owner == phone && code.until > books_.now && (!end || code.until < *end);
      if (sooner) end = code.until;
    }
    if (!end) return;
    wait(*end - books_.now);
    say(phone, "CREDIT", books_.credit(phone));
  }
  void leave() {
    const Phone phone = member();
    const std::string refusal = books_.may_leave(phone);
    const std::string reply = hear(phone, "LEAVE", refusal.empty() ? "To leave, " : refusal);
    // She changes her mind now and then.
    if (!refusal.empty() || *rc::gen::inRange(0, 3) == 0) return;
    const std::string number = reply.substr(reply.find("reply ") + 6, 5);
    say(phone, number, books_.leave(phone));
  }
  void wait() { wait(some_time()); }
  void wait(std::chrono::microseconds time) {
    RC_LOG() << "after " << std::chrono::duration_cast<std::chrono::seconds>(time).count() << " s\n";
    world_.advance(time);
    books_.now = world_.now;
  }

  // Now and then it is delivered twice.
  store::Result ask(const handlers::Request& request, Phone neighbourhood) {
    store::Result result = world_.shop.ask(request, neighbourhood);
    RC_ASSERT(result.verdict == Verdict::done);
    if (drawn<int>(0, 5) == 0) {
      const store::Result again = world_.shop.ask(request, neighbourhood + 1);
      RC_ASSERT(again.verdict == Verdict::repeated);
      RC_ASSERT(again.answer == result.answer);
    }
    return result;
  }

  // What is said to a phone that says this must have `expected` in it; what it was.
  std::string hear(Phone from, const std::string& text, const std::string& expected) {
    const store::Result result =
        ask(text_from(from, text, std::to_string(++texts_) + "-" + std::to_string(first_phone_)), from);
    // The reply comes first; a manager may hear more.
    const auto to_speaker = std::ranges::find(result.texts, from, &store::QueuedText::to);
    std::string reply = to_speaker == result.texts.end() ? "" : to_speaker->text;
    RC_LOG() << from % 10 << " > " << text << "  < " << reply << "\n";
    if (reply.find(expected) == std::string::npos) RC_FAIL("expected: " + expected + "\nheard: " + reply);
    return reply;
  }
  Phone say(Phone from, const std::string& text, const std::string& expected) {
    hear(from, text, expected);
    return from;
  }

  template <typename What>
  handlers::Request till_request(What what) {
    const std::string key = "till " + std::to_string(++texts_) + "-" + std::to_string(first_phone_);
    return {.key = hash_of(key),
            .fingerprint = hash_of(key),
            .received_at = kNoon,
            .what = handlers::TillOrder{{1, ModelShop::kTillBranch, "till-12"}, std::move(what)}};
  }
  template <typename What>
  Json order(const std::string& told_as, What what, const ModelShop::Answer& expected) {
    const store::Result result = ask(till_request(std::move(what)), ModelShop::kTill);
    RC_LOG() << "till > " << told_as << "  < " << result.status << " " << result.answer << "\n";
    if (result.status != expected.status || result.answer.find(expected.words) == std::string::npos)
      RC_FAIL("expected: " + std::to_string(expected.status) + " " + expected.words);
    return Json::parse(result.answer);
  }

  void buy() {
    const Phone phone = member();
    const Sum amount = drawn<Sum>(20, 20'000'000);
    ModelBooks::Bill bill{ModelShop::kTillBranch, any_invoice()};
    // As a till does, after codes have paid.
    if (const auto paid = books_.paid_and_not_bought(); !paid.empty() && most_often())
      bill.second = *rc::gen::elementOf(paid);
    const auto known = books_.purchases.find(bill);
    const store::Result result =
        ask(purchase_of(phone, amount, bill.second, bill.second + "-" + std::to_string(++texts_)), phone);
    RC_LOG() << phone % 10 << " buys for " << amount << ", invoice " << bill.second << "  < " << result.answer
             << "\n";
    if (known != books_.purchases.end()) {
      const bool same = known->second.phone == phone && known->second.amount == amount;
      RC_ASSERT(result.status == (same ? 200 : 422));
      return;
    }
    const ModelBooks::Purchase& purchase = books_.buy(bill, phone, amount);
    const auto answer = Json::parse(result.answer);
    RC_ASSERT(answer.at("credit").get<Sum>() == purchase.earned);
    RC_ASSERT(answer.at("by_credit").get<Sum>() == purchase.by_credit);
    RC_ASSERT(answer.at("settled").get<Sum>() == purchase.earned - books_.kept(purchase));
    RC_ASSERT(answer.at("code").is_null() == (books_.kept(purchase) == 0));
    take_code(bill, purchase);
  }

  void buy_by_text() {
    const Cashier& by = cashier();
    const Phone phone = member();
    const Sum amount = *rc::gen::element<Sum>(15, 60'000, 900'000, 8'000'000);
    const ModelBooks::Bill bill{by.branch, any_invoice()};
    const bool right = most_often();
    const std::string text = "BUY 0" + std::to_string(phone % 10'000'000'000) + " " + std::to_string(amount) +
                             " " + bill.second + " " + (right ? by.pin : "1111");
    if (const std::string told = books_.may_buy(by.phone, bill, phone, amount, right); !told.empty()) {
      say(by.phone, text, told);
      return;
    }
    const ModelBooks::Purchase& purchase = books_.buy(bill, phone, amount, true);
    say(by.phone, text, ModelShop::bought(purchase));
    take_code(bill, purchase);
  }
  void take_code(const ModelBooks::Bill& bill, const ModelBooks::Purchase& purchase) {
    const std::vector<std::string> fresh = new_codes(purchase.buyer);
    RC_ASSERT(fresh.size() == (purchase.earned > 0 ? 1U : 0U));
    if (!fresh.empty()) books_.has_code(bill, fresh.front());
  }

  struct RedeemText {
    const Cashier* by = nullptr;
    std::string code;
    Sum amount = 0;
    std::string invoice;
  };
  void redeem() {
    redeem_text_ = {&cashier(), any_code(), invoice_amount(), drawn<int>(0, 2) == 0 ? "" : any_invoice()};
    redeem(most_often());
  }
  // Her answer was late, and she types the same again: within the window, or after it.
  void redeem_again() {
    if (redeem_text_.by != nullptr) redeem(true);
  }
  void redeem(bool right) {
    const auto& [by, code, amount, invoice] = redeem_text_;
    say(by->phone,
        code + " " + std::to_string(amount) + " " + (invoice.empty() ? "" : invoice + " ") +
            (right ? by->pin : "1111"),
        books_.redeem(by->phone, by->branch, code, amount, invoice, right));
  }

  void undo() {
    const Cashier& by = cashier();
    const std::string code = any_code();
    const bool right = most_often();
    say(by.phone, "VOID " + code + " " + (right ? by.pin : "1111"), books_.undo(by.phone, code, right));
  }

  void split() {
    const Phone phone = member();
    const Sum amount = drawn<Sum>(5'000, 900'000);
    std::vector<ModelBooks::Share> shares;
    const std::string refusal = books_.split(phone, amount, shares);
    say(phone, "CODE " + std::to_string(amount), refusal.empty() ? "new code" : refusal);
    if (refusal.empty()) books_.moved(phone, shares, new_codes_for(phone, shares));
  }

  void give() {
    const Phone phone = member(), to = member();
    const Sum amount = drawn<Sum>(5'000, 900'000);
    std::vector<ModelBooks::Share> shares;
    std::string refusal = books_.give(phone, to, amount, shares);
    const std::string reply =
        hear(phone, "GIVE 0" + std::to_string(to % 10'000'000'000) + " " + std::to_string(amount),
             refusal.empty() ? "of your credit at" : refusal);
    if (!refusal.empty()) return;
    const std::string number = reply.substr(reply.find("reply ") + 6, 5);
    if (drawn<int>(0, 6) == 0) {
      wait(ModelBooks::kNumberGood);
      say(phone, number, "too late");
      return;
    }
    if (drawn<int>(0, 6) == 0) wait(ModelBooks::kNumberGood - 1us);
    shares.clear();
    refusal = books_.give(phone, to, amount, shares);
    hear(phone, number, refusal.empty() ? " given to " : refusal);
    if (refusal.empty()) books_.given(phone, to, shares, new_codes_for(to, shares));
    say(phone, number, "used already");
  }

  void undo_gift() {
    const Phone phone = member();
    std::vector<ModelBooks::Share> shares;
    const std::string refusal = books_.undo_gift(phone, shares);
    const std::string reply = hear(phone, "UNDO", refusal.empty() ? " came back to you" : refusal);
    if (!refusal.empty()) return;
    const std::string told = books_.taken_back(phone, shares, new_codes_for(phone, shares));
    RC_ASSERT(reply.starts_with(told));
  }

  void redeem_at_till() {
    const std::string code = any_code(), invoice = any_invoice();
    const Sum amount = invoice_amount();
    order("takes " + code + " on " + invoice + " of " + std::to_string(amount),
          handlers::TillRedemption{static_cast<rules::CodeNumber>(std::stoul(code)), invoice, amount},
          books_.redeem_at_till(code, amount, invoice));
  }

  void hold() {
    const std::string code = any_code(), invoice = drawn<int>(0, 3) == 0 ? "" : any_invoice();
    const Sum amount = invoice_amount();
    const ModelShop::Answer expected = books_.hold(code, amount, invoice);
    const Json answer = order("holds " + code + " for " + invoice + " of " + std::to_string(amount),
                              handlers::TillHold{.code = static_cast<rules::CodeNumber>(std::stoul(code)),
                                                 .invoice = invoice,
                                                 .invoice_amount = amount},
                              expected);
    if (expected.status == 201) books_.begun(answer.at("id"), code, amount, invoice);
  }

  std::string any_hold() {
    const std::vector<std::string> all = books_.holds();
    if (all.empty()) return "";
    // The latest most often: the others are over.
    return most_often() ? all.back() : *rc::gen::elementOf(all);
  }
  void capture() {
    const std::string id = any_hold();
    if (id.empty()) return;
    const Sum held = books_.held_by(id);
    const Sum amount = *rc::gen::elementOf(std::vector<Sum>{held, std::max<Sum>(held / 3, 1), held + 1});
    order("captures " + std::to_string(amount) + " of " + id, handlers::TillCapture{std::stoull(id), amount},
          books_.capture(id, amount));
  }
  void release() {
    const std::string id = any_hold();
    if (id.empty()) return;
    order("releases " + id, handlers::TillRelease{std::stoull(id)}, books_.release(id));
  }

  std::vector<ModelBooks::Bill> bought_at_till() const {
    std::vector<ModelBooks::Bill> bills;
    for (const auto& [bill, purchase] : books_.purchases) {
      if (bill.first == ModelShop::kTillBranch) bills.push_back(bill);
    }
    return bills;
  }
  void refund() {
    ModelBooks::Bill bill{ModelShop::kTillBranch, any_invoice()};
    if (const auto known = bought_at_till(); !known.empty() && most_often())
      bill = *rc::gen::elementOf(known);
    const Sum most = *rc::gen::element<Sum>(1, 500'000, 12'000'000);
    const Sum asked = drawn<Sum>(0, most);  // 0: all
    const ModelShop::Refund expected = books_.refund(bill, asked);
    const Json answer = order("refunds " + std::to_string(asked) + " of " + bill.second,
                              handlers::TillRefund{.invoice = bill.second,
                                                   .amount = asked == 0 ? std::optional<Sum>() : asked,
                                                   .reference = hash_of("refund " + std::to_string(++texts_) +
                                                                        "-" + std::to_string(first_phone_))},
                              expected.answer);
    for (const auto& [name, sum] : expected.sums) {
      if (answer.at(name).get<Sum>() != sum) RC_FAIL("expected " + name + ": " + std::to_string(sum));
    }
  }

  // That the books do not know yet, in the order in which they were made.
  std::vector<std::string> new_codes(Phone phone) {
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
  std::vector<std::string> new_codes_for(Phone phone, const std::vector<ModelBooks::Share>& shares) {
    std::vector<std::string> numbers = new_codes(phone);
    RC_ASSERT(numbers.size() == shares.size());
    return numbers;
  }

  void sweep() {
    while (store::expire_due(world_.database.connection, world_.chance, world_.now, store::kExpirySetMax)
               .looked_at >= store::kExpirySetMax)
      world_.database.connection.commit();
    world_.database.connection.commit();
    RC_LOG() << "the sweep\n";
    books_.sweep();
  }

  World& world_;
  ModelShop books_;
  RedeemText redeem_text_;
  Phone first_phone_ = 0;
  int texts_ = 0;
};

RC_GTEST_PROP(MysqlModel, every_story_is_told_and_kept_as_a_child_would, ()) {
  World& all = world(*rc::gen::arbitrary<bool>());
  Story story(all);
  const int steps = drawn<int>(5, 60);
  for (int i = 0; i < steps; ++i) {
    story.step();
    story.compare();
    all.database.connection.rollback();
  }
  const store::Audit audit = store::audit_ledger(all.database.connection);
  RC_ASSERT(audit.problems == std::vector<std::string>{});
}

}  // namespace
}  // namespace peyk::tests::mysql_model_test
