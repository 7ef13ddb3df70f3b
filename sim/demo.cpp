// The story of the README, played over real wires: SMS and USSD through the simulated carrier, purchases over
// HTTP, the ledger through peykctl.
//
// Texts are checked by the numbers and codes in them, never by their wording: that belongs to the club. A
// reply that does not come within the deadline ends the demo, since all that follows stands on it; any other
// surprise is counted and the story goes on. Members are fresh phones, so the demo can be played again on the
// same database.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <utility>

#include "sim/control_client.hpp"
#include "sim/conversation.hpp"
#include "sim/handset.hpp"
#include "sim/program.hpp"
#include "sim/reading.hpp"

namespace peyk::sim {
namespace {

using nlohmann::json;

constexpr std::string_view kPurchases = "/v1/purchases";
constexpr std::chrono::milliseconds kStartWait{15'000};  // for peykd to bind and to listen

// Nothing that follows can be played.
class StoryEnded : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CodeSeen {
  std::string state;
  std::int64_t left = 0;
};

// A purchase as the till knows it.
struct Bought {
  std::string webhook_id, body;
  std::int64_t amount = 0, credit = 0;
  std::string code;
};

// Lenient on purpose: a number may come as one or in quotes.
std::int64_t integer_at(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) return -1;
  if (it->is_number_integer()) return it->get<std::int64_t>();
  if (!it->is_string()) return -1;
  const auto numbers = numbers_in(it->get<std::string>());
  return numbers.size() == 1 ? std::stoll(numbers.front().digits.substr(0, 18)) : -1;
}

std::string text_at(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) return {};
  return it->is_string() ? it->get<std::string>() : it->dump();
}

std::string rial(std::int64_t amount) {
  return fmt::format("{} rial", amount);
}

std::string fresh_phone() {
  static std::random_device random;
  return fmt::format("98912{:07}", std::uniform_int_distribution<int>(2'000'000, 9'999'999)(random));
}

class Demo {
 public:
  Demo(const HandsetOptions& options, std::FILE* out)
      : options_(options),
        tell_(out),
        till_(options.till),
        phones_(options.control_host, options.control_port, options.deadline),
        other_phones_(options.control_host, options.control_port, options.deadline),
        cashier_(international_phone(options.cashier)),
        other_cashier_(international_phone(options.other_cashier)) {
    // What phones received before this story began is not part of it.
    begun_at_ = phones_.last_text_number();
  }

  int play() {
    try {
      wait_for_gateway();
      join();
      first_purchase();
      same_purchase_again();
      ask_for_credit();
      speak_english();
      strangers_learn_nothing();
      two_cashiers();
      partial_redemption();
      cashier_by_ussd();
      forged_purchases();
      audit();
    } catch (const std::exception& error) {
      tell_.check(false, "the story goes on", "the next step", error.what());
    }
    tell_.summary();
    return tell_.failed() == 0 ? 0 : 1;
  }

 private:
  // --- the people
  // -------------------------------------------------------------------------------------------------

  std::string who(const std::string& phone) const {
    if (phone == cashier_) return "cashier " + national_phone(phone);
    if (phone == other_cashier_) return "other cashier " + national_phone(phone);
    return "shopper " + national_phone(phone);
  }

  // Sends a text and requires that the gateway acknowledges it.
  void say(const std::string& phone, const std::string& text) {
    tell_.says(who(phone), text);
    acknowledged(phones_.mo(phone, options_.line, with_keyword(text)));
  }

  void acknowledged(const MoAnswer& answer) const {
    if (answer.ok) return;
    throw StoryEnded(answer.error.empty() ? fmt::format("deliver_sm answered 0x{:02X}", answer.command_status)
                                          : answer.error);
  }

  std::string with_keyword(const std::string& text) const {
    return options_.keyword.empty() ? text : options_.keyword + " " + text;
  }

  // The next text to this phone that was not heard yet.
  std::string hear(const std::string& phone) {
    std::uint64_t& heard = heard_.try_emplace(phone, begun_at_).first->second;
    const auto texts = phones_.inbox(phone, heard, options_.deadline);
    if (texts.empty()) {
      throw StoryEnded(
          fmt::format("{} received nothing within {} ms", who(phone), options_.deadline.count()));
    }
    heard = texts.front().n;
    tell_.hears(who(phone), texts.front().text);
    return texts.front().text;
  }

  std::string ask(const std::string& phone, const std::string& text) {
    say(phone, text);
    return hear(phone);
  }

  Screen dial(const std::string& phone) {
    tell_.says(who(phone), options_.ussd_code);
    return shown(phone, phones_.dial(phone, options_.ussd_code));
  }

  Screen press(const std::string& phone, const Screen& at, const std::string& keys) {
    tell_.says(who(phone), fmt::format("[{}]", keys));
    return shown(phone, phones_.press(at.session, keys));
  }

  Screen shown(const std::string& phone, Screen screen) {
    if (!screen.ok) throw StoryEnded("USSD: " + screen.error);
    tell_.hears(who(phone), screen.screen);
    return screen;
  }

  HttpAnswer post(std::string_view webhook_id, std::string_view body) {
    tell_.says("till", fmt::format("POST {} {}", kPurchases, body));
    return answered(till_.post(kPurchases, webhook_id, std::time(nullptr), body));
  }

  HttpAnswer answered(HttpAnswer answer) {
    tell_.hears("till", fmt::format("{} {}", answer.status, answer.body));
    return answer;
  }

  // --- checks
  // -----------------------------------------------------------------------------------------------------

  void check_amount(const std::string& text, std::int64_t amount, std::string_view what) {
    tell_.check(mentions_amount(text, amount), fmt::format("{}: {}", what, rial(amount)), rial(amount), text);
  }
  void check_no_amount(const std::string& text, std::int64_t amount, std::string_view what) {
    tell_.check(!mentions_amount(text, amount), what, "nothing of " + rial(amount), text);
  }
  void check_code(const std::string& text, const std::string& code, std::string_view what) {
    tell_.check(mentions_code(text, code), fmt::format("{}: {}", what, code), code, text);
  }
  void check_equal(std::int64_t got, std::int64_t expected, std::string_view what) {
    tell_.check(got == expected, fmt::format("{}: {}", what, got), std::to_string(expected),
                std::to_string(got));
  }
  void check_status(const HttpAnswer& answer, int expected, std::string_view what) {
    tell_.check(answer.status == expected, fmt::format("{}: HTTP {}", what, answer.status),
                std::to_string(expected), fmt::format("{} {}", answer.status, answer.body));
  }

  // An amount as a cashier types it: in the unit in which the club's texts show amounts.
  std::string typed(std::int64_t amount) const { return std::to_string(in_toman_ ? amount / 10 : amount); }

  // --- the ledger
  // -------------------------------------------------------------------------------------------------

  json peykctl(std::vector<std::string> words) {
    std::vector<std::string> arguments{options_.peykctl};
    if (!options_.config.empty()) arguments.insert(arguments.end(), {"--config", options_.config});
    arguments.insert(arguments.end(), words.begin(), words.end());
    const ProgramResult result = run_program(arguments, options_.deadline);
    const json answer = json::parse(result.output, nullptr, false);
    if (!answer.is_object()) {
      throw StoryEnded(fmt::format("peykctl {}: exit code {}, printed: {}", fmt::join(words, " "),
                                   result.exit_code, result.output.substr(0, 300)));
    }
    return answer;
  }

  json member(const std::string& phone) { return peykctl({"show", "member", phone, "--json"}); }

  CodeSeen code_of(const std::string& phone, const std::string& code) {
    const json seen = member(phone);
    for (const json& item : seen.value("codes", json::array())) {
      if (text_at(item, "code") == code) return {text_at(item, "state"), integer_at(item, "left")};
    }
    return {"unknown", -1};
  }

  std::int64_t balance_of(const std::string& phone) { return integer_at(member(phone), "balance"); }

  // --- the story
  // --------------------------------------------------------------------------------------------------

  void wait_for_gateway() {
    tell_.chapter("The gateway is up");
    const json bound = phones_.ask({{"do", "await_bound"}, {"wait_ms", kStartWait.count()}},
                                   kStartWait + std::chrono::milliseconds(2000));
    if (!bound.value("ok", false)) throw StoryEnded("no gateway is bound to the carrier");
    if (!till_.wait_for_listener(kStartWait)) throw StoryEnded("nobody answers HTTP");
    tell_.check(true, "it is bound over SMPP and answers HTTP");
  }

  void join() {
    tell_.chapter("A shopper joins with one text");
    const std::string welcome = ask(shopper_, "عضویت");
    const auto numbers = numbers_in(welcome);
    tell_.check(std::ranges::any_of(numbers, [](const NumberRead& n) { return n.digits.size() == 16; }),
                "the welcome gives a membership number of 16 digits", "16 digits", welcome);
    check_equal(balance_of(shopper_), 0, "the ledger knows her, with a balance of");
  }

  Bought buy(const std::string& phone, std::int64_t amount) {
    Bought bought;
    bought.amount = amount;
    bought.webhook_id = new_webhook_id();
    bought.body = purchase_json(national_phone(phone), amount, "D-" + new_webhook_id().substr(4, 10));
    const HttpAnswer answer = post(bought.webhook_id, bought.body);
    check_status(answer, 200, "the till's webhook is taken");
    const json said = json::parse(answer.body, nullptr, false);
    if (answer.status != 200 || !said.is_object()) throw StoryEnded("the purchase was not taken");
    bought.credit = integer_at(said, "credit");
    bought.code = text_at(said, "code");
    tell_.check(bought.credit > 0, fmt::format("it grants credit: {}", rial(bought.credit)), "more than 0",
                answer.body);
    tell_.check(bought.code.size() == 7 && bought.code.front() != '0' &&
                    bought.code.find_first_not_of("0123456789") == std::string::npos,
                fmt::format("it gives a 7-digit code: {}", bought.code), "7 digits, the first not 0",
                answer.body);
    tell_.check(said.value("duplicate", json()) == json(false), "it is no duplicate", "\"duplicate\":false",
                answer.body);
    tell_.check(!text_at(said, "expires").empty(), "it says until when", "\"expires\"", answer.body);
    tell_.check(text_at(said, "member").find(phone) != std::string::npos, "it names the member", phone,
                answer.body);
    return bought;
  }

  void first_purchase() {
    tell_.chapter("She buys for 850,000 rial; the till tells Peyk; Peyk thanks her");
    first_ = buy(shopper_, 850'000);
    const std::string thanks = hear(shopper_);
    check_amount(thanks, first_.amount, "her text says what she bought");
    check_amount(thanks, first_.credit, "her text says what she earned");
    check_code(thanks, first_.code, "her text bears the same code");
    const auto numbers = numbers_in(thanks);
    in_toman_ = std::ranges::none_of(
        numbers, [&](const NumberRead& n) { return n.digits == std::to_string(first_.amount); });
    check_equal(balance_of(shopper_), first_.credit, "the ledger's balance");
    const CodeSeen seen = code_of(shopper_, first_.code);
    tell_.check(seen.state == "live" && seen.left == first_.credit, "the code is live and worth all of it",
                fmt::format("live, {}", first_.credit), fmt::format("{}, {}", seen.state, seen.left));
  }

  void same_purchase_again() {
    tell_.chapter("The till sends the same webhook again");
    const HttpAnswer answer = post(first_.webhook_id, first_.body);
    check_status(answer, 200, "it is answered as the first time");
    const json said = json::parse(answer.body, nullptr, false);
    tell_.check(said.is_object() && said.value("duplicate", json()) == json(true),
                "it is known as a duplicate", "\"duplicate\":true", answer.body);
    tell_.check(said.is_object() && text_at(said, "code") == first_.code, "the code is the same", first_.code,
                answer.body);
    check_equal(balance_of(shopper_), first_.credit, "nothing was granted twice, the balance is still");
  }

  void ask_for_credit() {
    tell_.chapter("She asks for her credit, by text and by USSD");
    const std::string by_text = ask(shopper_, "اعتبار");
    check_amount(by_text, first_.credit, "the text says her credit");
    check_code(by_text, first_.code, "the text names her code");
    const Screen menu = dial(shopper_);
    tell_.check(menu.open, "dialling opens a menu", "an open dialog", menu.screen);
    const Screen credit = press(shopper_, menu, "2");
    check_amount(credit.screen, first_.credit, "2 shows her credit");
    const auto limit = options_.screens_within;
    tell_.check(std::max(menu.us, credit.us) < std::chrono::microseconds(limit).count(),
                fmt::format("both screens came within {} ms", limit.count()),
                fmt::format("below {} ms", limit.count()), fmt::format("{} and {} µs", menu.us, credit.us));
    const std::string own = ask(shopper_, first_.code);
    check_amount(own, first_.credit, "her own code, texted, tells its worth");
    check_equal(code_of(shopper_, first_.code).left, first_.credit, "and consumes nothing");
  }

  void speak_english() {
    tell_.chapter("Another shopper speaks English");
    const std::string guest = fresh_phone();
    const std::string welcome = ask(guest, "join");
    tell_.check(!welcome.empty(), "JOIN is understood in any case of letters", "a welcome", welcome);
    const std::string changed = ask(guest, "LANG EN");
    const std::string credit = ask(guest, "CREDIT");
    tell_.check(credit.find("credit") != std::string::npos, "after LANG EN she is answered in English",
                "the word credit", credit);
    check_equal(balance_of(guest), 0, "she has no credit yet");
  }

  void strangers_learn_nothing() {
    tell_.chapter("A stranger texts the code");
    const std::string reply = ask(fresh_phone(), first_.code);
    check_no_amount(reply, first_.credit, "he does not learn what it is worth");
    tell_.check(reply.find(national_phone(shopper_).substr(7)) == std::string::npos, "nor whose it is",
                "nothing of her phone", reply);
    check_equal(code_of(shopper_, first_.code).left, first_.credit, "and the code is as good as before");
  }

  void two_cashiers() {
    tell_.chapter("At the till: the cashier checks the code");
    const std::string good = ask(cashier_, first_.code);
    check_code(good, first_.code, "the answer is about this code");
    check_amount(good, first_.credit, "it is good for");
    tell_.check(good.find(national_phone(shopper_)) == std::string::npos &&
                    good.find(shopper_.substr(8)) != std::string::npos,
                "her phone is masked", "its last digits only", good);
    check_equal(code_of(shopper_, first_.code).left, first_.credit, "checking consumed nothing");

    tell_.chapter("Two cashiers take the same code at the same moment");
    const std::int64_t invoice = 850'000;
    const auto order = [&](const std::string& pin) {
      return fmt::format("{} {} {}", first_.code, typed(invoice), pin);
    };
    const std::string mine = order(options_.cashier_pin), theirs = order(options_.other_cashier_pin);
    tell_.says(who(cashier_), mine);
    tell_.says(who(other_cashier_), theirs);
    auto other = std::async(std::launch::async, [&] {
      return other_phones_.mo(other_cashier_, options_.line, with_keyword(theirs));
    });
    const MoAnswer answer = phones_.mo(cashier_, options_.line, with_keyword(mine));
    acknowledged(other.get());
    acknowledged(answer);
    const std::string to_me = hear(cashier_), to_them = hear(other_cashier_);
    const std::int64_t used = first_.credit - code_of(shopper_, first_.code).left;
    const bool i_won = mentions_amount(to_me, invoice - used),
               they_won = mentions_amount(to_them, invoice - used);
    tell_.check(i_won != they_won, fmt::format("exactly one of them collects {}", rial(invoice - used)),
                "one", to_me + " / " + to_them);
    check_equal(used, first_.credit, "the code was taken once, for");
    const std::string notice = hear(shopper_);
    check_amount(notice, used, "she is told at once what was used");

    tell_.chapter("The one who came too late tries again; the other one repeats his text");
    const std::string& loser = i_won ? other_cashier_ : cashier_;
    const std::string& winner = i_won ? cashier_ : other_cashier_;
    const std::string later = ask(loser, i_won ? theirs : mine);
    check_no_amount(later, invoice - used, "still refused: it was used before");
    const std::string repeated = ask(winner, i_won ? mine : theirs);
    check_amount(repeated, invoice - used, "a repeat of the same text gets the same answer");
    check_equal(balance_of(shopper_), 0, "and takes nothing more, the balance is");
    tell_.check(code_of(shopper_, first_.code).state == "redeemed", "the ledger calls the code redeemed",
                "redeemed", code_of(shopper_, first_.code).state);
  }

  void partial_redemption() {
    tell_.chapter("A larger purchase; only a part of its credit is used");
    second_ = buy(shopper_, 18'000'000);
    const std::string thanks = hear(shopper_);
    check_code(thanks, second_.code, "her text bears the new code");
    tell_.check(second_.code != first_.code, "it is another code than before", "not " + first_.code,
                second_.code);
    const std::int64_t invoice = std::max<std::int64_t>(200'000, second_.credit * 6 / 10 / 100'000 * 100'000);
    ask(cashier_, fmt::format("{} {}", second_.code, typed(invoice)));
    check_equal(code_of(shopper_, second_.code).left, second_.credit,
                "without a PIN nothing is taken, left is");
    const std::string taken =
        ask(cashier_, fmt::format("{} {} {}", second_.code, typed(invoice), options_.cashier_pin));
    const CodeSeen seen = code_of(shopper_, second_.code);
    const std::int64_t used = second_.credit - seen.left;
    tell_.check(used > 0 && used <= invoice && seen.left > 0, "a part of the credit pays the invoice",
                fmt::format("at most {}", invoice), std::to_string(used));
    check_amount(taken, used, "the cashier reads what was used");
    check_amount(taken, seen.left, "and what is left on the code");
    tell_.check(seen.state == "live", "the rest stays on the same code, live", "live", seen.state);
    check_amount(hear(shopper_), used, "she is told");
    check_equal(balance_of(shopper_), seen.left, "the ledger's balance is the rest");
  }

  void cashier_by_ussd() {
    tell_.chapter("The cashier checks the rest by USSD");
    const std::int64_t left = code_of(shopper_, second_.code).left;
    const Screen menu = dial(cashier_);
    tell_.check(menu.open, "a cashier's phone gets a menu", "an open dialog", menu.screen);
    const Screen question = press(cashier_, menu, "1");
    tell_.check(question.open, "1 asks for the code", "an open dialog", question.screen);
    const Screen verdict = press(cashier_, question, second_.code);
    check_amount(verdict.screen, left, "the screen shows the rest");
    check_equal(code_of(shopper_, second_.code).left, left, "and nothing was consumed");
  }

  void forged_purchases() {
    tell_.chapter("Forged, stale and contradictory webhooks");
    const std::int64_t now = std::time(nullptr);
    const std::string body =
        purchase_json(national_phone(shopper_), 5'000'000, "F-" + new_webhook_id().substr(4, 10));
    const std::int64_t before = balance_of(shopper_);
    tell_.says("forger", body);
    check_status(
        answered(till_.post_with_signature(kPurchases, new_webhook_id(), now, body,
                                           sign_webhook(std::string(32, 'x'), "msg_other", now, body))),
        401, "a wrong signature is refused");
    check_status(answered(till_.post(kPurchases, new_webhook_id(), now - 3600, body)), 401,
                 "an hour-old timestamp is refused");
    const std::string other =
        purchase_json(national_phone(shopper_), 5'000'000, "F-" + new_webhook_id().substr(4, 10));
    check_status(answered(till_.post(kPurchases, first_.webhook_id, now, other)), 422,
                 "an id that was used for another purchase is refused");
    check_equal(balance_of(shopper_), before, "none of them granted anything, the balance is");
  }

  void audit() {
    tell_.chapter("The books");
    const json books = peykctl({"ledger", "audit", "--json"});
    tell_.check(books.value("balanced", false),
                "every entry sums to zero and every balance is the sum of its entries", "\"balanced\":true",
                books.dump());
    tell_.check(integer_at(books, "entries") >= 4,
                fmt::format("{} entries were audited", integer_at(books, "entries")), "at least 4",
                books.dump());
    tell_.check(books.value("problems", json::array()).empty(), "no problem was found", "[]", books.dump());
  }

  const HandsetOptions& options_;
  Conversation tell_;
  Till till_;
  ControlClient phones_, other_phones_;
  std::string cashier_, other_cashier_;
  std::string shopper_ = fresh_phone();
  std::map<std::string, std::uint64_t> heard_;
  std::uint64_t begun_at_ = 0;
  Bought first_, second_;
  bool in_toman_ = false;
};

}  // namespace

int run_demo(const HandsetOptions& options, std::FILE* out) {
  if (options.peykctl.empty()) throw std::runtime_error("the demo needs --peykctl to look at the ledger");
  if (options.till.secret.empty())
    throw std::runtime_error("the demo needs the till's secret (PEYK_TILL_SECRET)");
  return Demo(options, out).play();
}

}  // namespace peyk::sim
