// Conversations as text files: tests/talk/*.talk, each one test.
//
//   # what it shows
//   policy programme yes                  offers, tiers, points (tests/kit/programme.hpp)
//   policy join_on_purchase yes | auth phone (or challenge) | earn 5 | share_max 50       (before anything is
//   said) member 09121234567 > عضویت            somebody sends a text; also: cashier 12 > …, stranger 0935… >
//   …
//     < خوش آمدید | لغو                   the text she gets holds all of these
//     < nothing                           or she gets none
//   offer {"name": "more", …}             of the club, as the database keeps it
//   (handlers/programme_json.hpp); programme {"points_per": 10000, …}    the rest of the programme, before
//   its offers till 12 > 09121234567 850000 A-1      a purchase; the lines below look into the JSON answer.
//   Then, perhaps,
//                                         what the till took off: 85000
//     < "credit":42500 | "duplicate":false
//   member 09121234567 heard سپاسگزاریم | 42,500 | {code}       a text that came without being asked for
//   till 12 refunds A-1 300000            or: till 12 holds {code} 850000; the answer as above
//   dial member 09121234567 *7000*2#      a USSD dialog; then: press member 09121234567 1
//     < اعتبار                            the screen; "< … | end" when the dialog is over, "| open" when it
//     is not
//   gift of 500000 for 30 days            the club issues a gift code
//   after 31 days                         also hours, minutes
//   not in it: 4567                       the last answer does not hold it
//   no invoice is 4321                    nothing taken so far has it as its invoice
//   the ledger balances
//
// {code} is the last code issued, {code-1} the one before it, {other} one that does not exist; {number} is
// the last one-time number that was sent, {wrong} another one. Folded on both sides: digits and letter forms
// do not matter.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "handlers/programme_json.hpp"
#include "templates/fold.hpp"
#include "templates/phone.hpp"
#include "tests/kit/memory_store.hpp"
#include "tests/kit/paths.hpp"
#include "tests/kit/programme.hpp"

namespace peyk::tests::talk_test {
namespace {

using namespace handlers;

std::string trim(std::string text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.back())) text.pop_back();
  std::size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  return text.substr(at);
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  for (;;) {
    const auto end = text.find(separator, at);
    parts.push_back(trim(text.substr(at, end == std::string::npos ? end : end - at)));
    if (end == std::string::npos) return parts;
    at = end + separator.size();
  }
}

class Talk {
 public:
  explicit Talk(const std::filesystem::path& file) : file_(file) {}

  void run() {
    std::ifstream in(file_);
    ASSERT_TRUE(in) << file_;
    std::string line;
    while (std::getline(in, line)) {
      ++number_;
      line = trim(line);
      if (line.empty() || line[0] == '#') continue;
      SCOPED_TRACE(file_.filename().string() + ":" + std::to_string(number_) + ": " + line);
      step(fill(line));
      if (testing::Test::HasFatalFailure()) return;
    }
    const auto problems = store().audit();
    EXPECT_TRUE(problems.empty()) << problems.front();
  }

 private:
  MemoryStore& store() {
    if (!store_) store_.emplace(std::vector<Club>{club_}, 1404);
    return *store_;
  }

  std::string fill(std::string line) {
    const auto replace = [&line](const std::string& name, const std::string& value) {
      for (auto at = line.find(name); at != std::string::npos; at = line.find(name))
        line.replace(at, name.size(), value);
    };
    replace("{code}", last_code());
    replace("{code-1}", last_code(1));
    const std::uint32_t number = store_ ? store_->last_number() : 0;
    replace("{number}", std::to_string(number));
    replace("{wrong}", number == 11111 ? "22222" : "11111");
    replace("{other}", last_code() == "1000001" ? "1000002" : "1000001");
    return line;
  }

  std::string last_code(std::size_t before = 0) {
    const auto& codes = store_ ? store_->codes() : none_;
    if (codes.size() <= before) return "0000000";
    return std::to_string(std::next(codes.rbegin(), static_cast<std::ptrdiff_t>(before))->second.number);
  }

  void step(const std::string& line) {
    if (line.rfind("policy ", 0) == 0) return set_policy(line.substr(7));
    if (line.rfind("programme ", 0) == 0) {
      club_.programme = read_programme(line.substr(10));
      return;
    }
    if (line.rfind("offer ", 0) == 0) return add_offer(line.substr(6));
    if (line.rfind("after ", 0) == 0) return pass_time(line.substr(6));
    if (line.rfind("gift of ", 0) == 0) return issue_gift(split(line, " "));
    if (line == "the ledger balances") {
      EXPECT_TRUE(store().audit().empty());
      return;
    }
    if (line.rfind("no invoice is ", 0) == 0) {
      for (const Redemption& redemption : store().redemptions())
        EXPECT_NE(redemption.invoice, line.substr(14));
      return;
    }
    if (line.rfind("not in it: ", 0) == 0) {
      EXPECT_EQ(templates::fold(answer_).find(templates::fold(line.substr(11))), std::string::npos)
          << answer_;
      return;
    }
    if (line[0] == '<') return expect(trim(line.substr(1)));
    if (line.rfind("dial ", 0) == 0 || line.rfind("press ", 0) == 0) return dial(line);
    const auto heard = line.find(" heard ");
    if (heard != std::string::npos)
      return expect_heard(who(line.substr(0, heard)), trim(line.substr(heard + 7)));
    for (const std::string order : {" refunds ", " holds "}) {
      const auto at = line.find(order);
      if (at != std::string::npos && line.rfind("till ", 0) == 0)
        return till_order(std::stoul(line.substr(5, at - 5)), order, trim(line.substr(at + order.size())));
    }
    const auto says = line.find(" > ");
    ASSERT_NE(says, std::string::npos) << "not a line of a talk";
    const std::string speaker = line.substr(0, says), text = trim(line.substr(says + 3));
    speaker.rfind("till ", 0) == 0 ? purchase(std::stoul(speaker.substr(5)), text) : say(who(speaker), text);
  }

  PhoneNumber who(const std::string& words) {
    const auto parts = split(words, " ");
    if (parts[0] == "cashier") return parts[1] == "12" ? kCashier12 : kCashier14;
    return templates::parse_phone(parts[1]).value();
  }

  void set_policy(const std::string& settings) {
    for (const std::string& setting : split(settings, "|")) {
      const auto words = split(setting, " ");
      if (words[0] == "auth")
        club_.policy.redeem_auth = words[1] == "phone"       ? CashierAuth::phone
                                   : words[1] == "challenge" ? CashierAuth::challenge
                                                             : CashierAuth::pin;
      if (words[0] == "earn") club_.policy.earn_share = std::stoi(words[1]) * 100;
      if (words[0] == "share_max") club_.policy.credit_share_max = std::stoi(words[1]) * 100;
      if (words[0] == "join_on_purchase") club_.policy.join_on_purchase = words[1] == "yes";
      if (words[0] == "move_min") club_.policy.move_min = std::stoll(words[1]);
      if (words[0] == "new_codes")
        club_.policy.new_codes_per_day_max = static_cast<std::uint32_t>(std::stoul(words[1]));
      if (words[0] == "give_max") club_.policy.give_per_day_max = std::stoll(words[1]);
      if (words[0] == "live_codes")
        club_.policy.live_codes_max = static_cast<std::uint32_t>(std::stoul(words[1]));
      if (words[0] == "branch_misses_max")
        club_.policy.branch_misses_max = static_cast<std::uint32_t>(std::stoul(words[1]));
      if (words[0] == "club_misses_max")
        club_.policy.club_misses_max = static_cast<std::uint32_t>(std::stoul(words[1]));
      if (words[0] == "last4_from") club_.policy.proof_last4_from = std::stoll(words[1]);
      if (words[0] == "handset_from") club_.policy.proof_handset_from = std::stoll(words[1]);
      if (words[0] == "manager") {
        for (Cashier& cashier : club_.cashiers) cashier.manager |= std::to_string(cashier.branch) == words[1];
      }
      if (words[0] == "profile_credit") club_.policy.profile_credit = std::stoll(words[1]);
      if (words[0] == "closed") club_.policy.membership = Membership::closed;
      if (words[0] == "join_after")
        club_.policy.join_after_purchases = static_cast<std::uint32_t>(std::stoul(words[1]));
      if (words[0] == "spend_at") {
        for (const Branch& branch : club_.branches) club_.policy.spend_at[branch.number] = {branch.number};
      }
      if (words[0] == "programme") club_.programme = sample_programme();
      if (words[0] == "toman") club_.money_display = MoneyDisplay::toman;
    }
  }

  void add_offer(const std::string& document) {
    auto& offers = club_.programme.offers;
    offers.push_back(read_offer(document));
    offers.back().id = static_cast<OfferId>(offers.size());
    offers.back().version = 100 + offers.size();
    std::ranges::sort(offers, {}, &rules::Offer::name);
  }

  void pass_time(const std::string& words) {
    const auto parts = split(words, " ");
    const auto count = std::stol(parts[0]);
    now_ += parts[1] == "days"    ? std::chrono::hours(24 * count)
            : parts[1] == "hours" ? std::chrono::hours(count)
                                  : std::chrono::minutes(count);
  }

  void issue_gift(const std::vector<std::string>& words) {
    store().issue_gift(std::stoll(words[2]), now_, now_ + std::chrono::hours(24 * std::stol(words[4])));
  }

  Outcome handle(std::variant<TextRequest, UssdRequest, PurchaseRequest, TillOrder> what) {
    Request request;
    request.what = std::move(what);
    Outcome outcome = store().handle(request, now_);
    for (const OutgoingText& text : outcome.texts) heard_[text.to].push_back(text.text);
    return outcome;
  }

  void say(PhoneNumber from, const std::string& text) {
    heard_[from].clear();
    handle(TextRequest{.from = from, .line = club_.line, .text = text});
    answer_ = heard_[from].empty() ? "" : heard_[from].front();
    if (!heard_[from].empty()) heard_[from].erase(heard_[from].begin());
  }

  void purchase(unsigned long branch, const std::string& text) {
    const auto words = split(text, " ");
    answer_ = handle(PurchaseRequest{.club = 1,
                                     .branch = static_cast<BranchNo>(branch),
                                     .phone = templates::parse_phone(words[0]).value(),
                                     .invoice = words[2],
                                     .amount = std::stoll(words[1]),
                                     .discount = words.size() > 3 ? std::stoll(words[3]) : 0})
                  .answer;
  }

  // "<invoice> <amount>" refunded, "<code> <amount of the invoice>" held.
  void till_order(unsigned long branch, const std::string& order, const std::string& text) {
    const auto words = split(text, " ");
    TillOrder what{.till = {1, static_cast<BranchNo>(branch), "till-" + std::to_string(branch)}};
    if (order == " refunds ") {
      TillRefund refund{.invoice = words[0], .amount = std::stoll(words[1])};
      refund.reference[0] = static_cast<std::uint8_t>(++refunds_);
      what.what = std::move(refund);
    } else {
      what.what = TillHold{.code = static_cast<rules::CodeNumber>(std::stoul(words[0])),
                           .invoice_amount = std::stoll(words[1])};
    }
    answer_ = handle(std::move(what)).answer;
  }

  void dial(const std::string& line) {
    const bool is_new = line[0] == 'd';
    const auto words = split(line, " ");
    const PhoneNumber from = who(words[1] + " " + words[2]);
    UssdRequest request{.from = from, .root = club_.ussd_root};
    if (is_new) {
      request.input = words[3].substr(std::min(words[3].size(), club_.ussd_root.size() + 1));
    } else {
      request.input = words[3];
      request.state = dialogs_[from];
      ASSERT_FALSE(request.state.empty()) << "the dialog is over";
    }
    const Outcome outcome = handle(request);
    dialogs_[from] = outcome.ussd_state;
    answer_ = outcome.answer + (outcome.ussd_state.empty() ? "\nend" : "\nopen");
  }

  void expect(const std::string& wanted) {
    if (wanted == "nothing") {
      EXPECT_EQ(answer_, "");
      return;
    }
    expect_all(answer_, wanted);
  }

  void expect_heard(PhoneNumber phone, const std::string& wanted) {
    auto& texts = heard_[phone];
    if (wanted == "nothing") {
      EXPECT_TRUE(texts.empty()) << texts.front();
      return;
    }
    ASSERT_FALSE(texts.empty()) << "nothing was heard";
    expect_all(texts.front(), wanted);
    texts.erase(texts.begin());
  }

  static void expect_all(const std::string& text, const std::string& wanted) {
    const std::string folded = templates::fold(text);
    for (const std::string& part : split(wanted, "|")) {
      EXPECT_NE(folded.find(templates::fold(part)), std::string::npos) << "wanted «" << part << "» in:\n"
                                                                       << text;
    }
  }

  std::filesystem::path file_;
  int number_ = 0;
  Club club_ = sample_club();
  std::optional<MemoryStore> store_;
  const std::map<CodeId, Code> none_;
  rules::Instant now_ = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours(9);
  std::string answer_;
  int refunds_ = 0;
  std::map<PhoneNumber, std::vector<std::string>> heard_;
  std::map<PhoneNumber, std::string> dialogs_;
};

std::vector<std::filesystem::path> talks() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "tests/talk")) {
    if (entry.path().extension() == ".talk") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class TalkTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(TalkTest, goes_as_written) {
  Talk(GetParam()).run();
}

INSTANTIATE_TEST_SUITE_P(Talks, TalkTest, testing::ValuesIn(talks()), [](const auto& one) {
  std::string name = one.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace peyk::tests::talk_test
