// The prompt. Waits for two things at once, a typed line and a received text; everything else is a blocking
// question to the simulator with a deadline.
//
// Through a pipe nobody waits for answers before typing on, so after each text it waits for a reply to that
// phone, as a person would.
#include "sim/handset.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <ctime>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include "sim/control_client.hpp"
#include "sim/reading.hpp"

namespace peyk::sim {
namespace {

constexpr std::size_t kInputLineMax = 64 * 1024;
constexpr std::chrono::milliseconds kPipeReplyWait{2000};

constexpr std::string_view kHelp =
    "  any text                          send it as an SMS\n"
    "  *7000#                            dial; while a dialog is open, what you type presses keys, and # "
    "hangs up\n"
    "  member 09121234567                be this member\n"
    "  cashier 09121112233               be this cashier\n"
    "  till 09121234567 850000 [invoice] the till posts a purchase of 850,000 rial\n"
    "  help, quit\n"
    "Try: عضویت   then   till 09121234567 850000   then   اعتبار   then   cashier 09121112233\n"
    "     and the 7-digit code, alone to check it, or with the invoice and the PIN to take it: 1234567 85000 "
    "4321\n";

std::string clock_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[16];
  return std::string(text, std::strftime(text, sizeof text, "%H:%M:%S", &parts));
}

// A word of its own at the front of the line, and the rest.
std::pair<std::string, std::string> first_word(const std::string& line) {
  const std::size_t space = line.find(' ');
  if (space == std::string::npos) return {line, ""};
  return {line.substr(0, space), line.substr(space + 1)};
}

class Prompt {
 public:
  Prompt(const HandsetOptions& options, int input, std::FILE* out)
      : options_(options),
        input_(input),
        terminal_(::isatty(input) == 1),
        out_(out),
        asking_(options.control_host, options.control_port, options.deadline),
        listening_(options.control_host, options.control_port, options.deadline),
        me_(international_phone(options.member)) {
    listening_.listen();
  }

  int run() {
    fmt::print(out_, "You are {} and text to {}. help shows what you can do.\n", name(), options_.line);
    for (;;) {
      prompt();
      const std::optional<std::string> line = next_line();
      if (!line || !take(*line)) return 0;
    }
  }

 private:
  std::string name() const { return (cashier_ ? "cashier " : "member ") + national_phone(me_); }

  void prompt() {
    if (!terminal_) return;
    fmt::print(out_, "{}{}> ", name(), session_ ? " *#" : "");
    std::fflush(out_);
  }

  void show(const ReceivedText& text) {
    fmt::print(out_, "{}{} {} ← {}\n", terminal_ ? "\r" : "", clock_time(), national_phone(text.to),
               text.from);
    std::istringstream lines(text.text);
    for (std::string line; std::getline(lines, line);) fmt::print(out_, "    {}\n", line);
    std::fflush(out_);
  }

  // Shows texts until a line is typed. Nothing: the input has ended.
  std::optional<std::string> next_line() {
    for (;;) {
      while (const auto text = listening_.next_text(std::chrono::milliseconds(0))) {
        show(*text);
        prompt();
      }
      if (const std::size_t end = typed_.find('\n'); end != std::string::npos) {
        std::string line = typed_.substr(0, end);
        typed_.erase(0, end + 1);
        return line;
      }
      if (ended_) return std::nullopt;
      pollfd entries[2] = {{input_, POLLIN, 0}, {listening_.native_handle(), POLLIN, 0}};
      if (::poll(entries, 2, -1) < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category());
      if (entries[0].revents != 0) read_input();
    }
  }

  void read_input() {
    char buffer[4096];
    const ssize_t n = ::read(input_, buffer, sizeof buffer);
    if (n <= 0) {
      if (n == 0 || errno != EINTR) ended_ = true;
      if (ended_ && !typed_.empty()) typed_ += '\n';
      return;
    }
    typed_.append(buffer, static_cast<std::size_t>(n));
    if (typed_.size() > kInputLineMax) typed_.erase(0, typed_.size() - kInputLineMax);
  }

  // False: quit.
  bool take(const std::string& raw) {
    const std::string line = trimmed(raw);
    if (line.empty()) return true;
    const auto [word, rest] = first_word(line);
    if (line == "quit" || line == "exit") return false;
    if (line == "help") {
      fmt::print(out_, "{}", kHelp);
    } else if (word == "member" || word == "cashier") {
      become(word == "cashier", rest);
    } else if (word == "till" && !rest.empty()) {
      till(rest);
    } else if (session_) {
      keys(line);
    } else if (line.front() == '*' && line.back() == '#') {
      show(asking_.dial(me_, line));
    } else {
      send(line);
    }
    return true;
  }

  static std::string trimmed(const std::string& line) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return {};
    return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
  }

  void become(bool cashier, const std::string& typed) {
    if (session_) hang_up();
    cashier_ = cashier;
    const std::string otherwise = cashier ? options_.cashier : options_.member;
    me_ = international_phone(typed.empty() ? otherwise : typed);
    fmt::print(out_, "You are {}.\n", name());
  }

  void send(const std::string& text) {
    const std::uint64_t before = terminal_ ? 0 : asking_.last_text_number();
    const MoAnswer answer = asking_.mo(me_, options_.line, text);
    if (!answer.error.empty()) {
      fmt::print(out_, "not sent: {}\n", answer.error);
    } else if (!answer.ok) {
      fmt::print(out_, "refused with command_status 0x{:02X}\n", answer.command_status);
    } else if (!terminal_) {
      asking_.inbox(me_, before, kPipeReplyWait);
      while (const auto reply = listening_.next_text(std::chrono::milliseconds(20))) show(*reply);
    }
  }

  void show(const Screen& screen) {
    if (!screen.ok) {
      fmt::print(out_, "  [{}]\n", screen.error);
      session_.reset();
      return;
    }
    std::istringstream lines(screen.screen);
    for (std::string line; std::getline(lines, line);) fmt::print(out_, "  │ {}\n", line);
    session_.reset();
    if (screen.open) session_ = screen.session;
  }

  void keys(const std::string& line) {
    if (line == "#") return hang_up();
    show(asking_.press(*session_, line));
  }

  void hang_up() {
    asking_.hang_up(*session_);
    session_.reset();
    fmt::print(out_, "  [hung up]\n");
  }

  void till(const std::string& rest) {
    std::istringstream words(rest);
    std::string phone, typed_amount, invoice;
    words >> phone >> typed_amount >> invoice;
    std::int64_t amount = 0;
    const auto numbers = numbers_in(typed_amount);
    if (numbers.size() == 1) {
      const std::string& digits = numbers.front().digits;
      std::from_chars(digits.data(), digits.data() + digits.size(), amount);
    }
    if (amount <= 0) {
      fmt::print(out_, "till <phone> <amount in rial> [invoice]\n");
      return;
    }
    if (invoice.empty()) invoice = "H-" + new_webhook_id().substr(4, 8);
    const std::uint64_t before = terminal_ ? 0 : asking_.last_text_number();
    try {
      const HttpAnswer answer = Till(options_.till)
                                    .post("/v1/purchases", new_webhook_id(), std::time(nullptr),
                                          purchase_json(phone, amount, invoice));
      fmt::print(out_, "  HTTP {} {}\n", answer.status, answer.body);
      if (!terminal_ && answer.status == 200) {
        asking_.inbox(international_phone(phone), before, kPipeReplyWait);
        while (const auto text = listening_.next_text(std::chrono::milliseconds(20))) show(*text);
      }
    } catch (const std::exception& error) {
      fmt::print(out_, "  no answer from the gateway: {}\n", error.what());
    }
  }

  const HandsetOptions& options_;
  int input_;
  bool terminal_;
  std::FILE* out_;
  ControlClient asking_, listening_;
  std::string me_;
  bool cashier_ = false;
  std::optional<std::uint32_t> session_;
  std::string typed_;
  bool ended_ = false;
};

}  // namespace

int run_prompt(const HandsetOptions& options, int input, std::FILE* out) {
  return Prompt(options, input, out).run();
}

}  // namespace peyk::sim
