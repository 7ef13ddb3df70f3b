#include "store/redis/dialogs.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "store/redis/scripts.hpp"

namespace peyk::store {
namespace {

const Script& dialogs_script() {
  static const Script script{kDialogsLua};
  return script;
}

std::string milliseconds_text(std::chrono::seconds time) {
  if (time <= std::chrono::seconds::zero()) throw std::invalid_argument("a dialog lives at least a second");
  return std::to_string(std::chrono::milliseconds(time).count());
}

const Reply& element(const Reply& reply, std::size_t at, Reply::Kind kind) {
  if (!reply.is(Reply::Kind::array) || at >= reply.elements.size() || !reply.elements[at].is(kind))
    throw std::logic_error("dialogs.lua gave what dialogs.cpp does not expect");
  return reply.elements[at];
}
std::int64_t integer_at(const Reply& reply, std::size_t at) {
  return element(reply, at, Reply::Kind::integer).integer;
}
const std::string& text_at(const Reply& reply, std::size_t at) {
  return element(reply, at, Reply::Kind::string).text;
}

}  // namespace

Dialogs::Dialogs(RedisConnection& redis, std::string key_prefix)
    : redis_(redis), key_prefix_(std::move(key_prefix)) {}

asio::awaitable<Reply> Dialogs::run(DialogKey key, std::vector<std::string> arguments) {
  std::vector<std::string> keys{key_prefix_ + ":{dialog:" + key.carrier + ":" + std::to_string(key.phone) +
                                "}"};
  arguments.insert(arguments.begin() + 1, std::move(key.session));
  Reply reply = co_await redis_.evaluate(&dialogs_script(), std::move(keys), std::move(arguments));
  if (!reply.ok()) throw RedisError(reply);
  co_return reply;
}

asio::awaitable<DialogBegun> Dialogs::begin(DialogKey key, std::string name, std::string code,
                                            DialogStep step, std::chrono::seconds time_to_live,
                                            BeginAgain again) {
  std::vector<std::string> arguments{"begin",
                                     std::move(name),
                                     std::move(code),
                                     std::move(step.mark),
                                     std::to_string(step.sequence),
                                     milliseconds_text(time_to_live),
                                     std::to_string(again.told.count()),
                                     std::to_string(again.untold.count())};
  Reply reply = co_await run(std::move(key), std::move(arguments));
  DialogBegun begun;
  if (integer_at(reply, 0) == 0) {
    begun.left = text_at(reply, 1);
  } else {
    begun.again = text_at(reply, 1);
    begun.step = static_cast<std::uint64_t>(integer_at(reply, 2));
  }
  co_return begun;
}

asio::awaitable<std::optional<Dialog>> Dialogs::get(DialogKey key) {
  std::vector<std::string> arguments{"get"};
  Reply reply = co_await run(std::move(key), std::move(arguments));
  std::optional<Dialog> dialog;
  if (reply.is(Reply::Kind::array)) {
    dialog.emplace();
    dialog->name = text_at(reply, 0);
    dialog->code = text_at(reply, 1);
    dialog->state = text_at(reply, 2);
    dialog->mark = text_at(reply, 3);
    dialog->step = static_cast<std::uint64_t>(integer_at(reply, 4));
    dialog->counts = integer_at(reply, 5) != 0;
    dialog->told = integer_at(reply, 6) != 0;
    dialog->over = integer_at(reply, 7) != 0;
    dialog->age = std::chrono::milliseconds(integer_at(reply, 8));
    dialog->sequence = static_cast<std::uint8_t>(integer_at(reply, 9));
  }
  co_return dialog;
}

asio::awaitable<bool> Dialogs::set(DialogKey key, std::string name, std::uint64_t number, std::string state,
                                   bool over, DialogStep step, std::chrono::seconds time_to_live) {
  if (state.size() > kDialogStateBytesMax)
    throw std::length_error("the state of a dialog has at most 4096 bytes");
  std::vector<std::string> arguments{"set",
                                     std::move(name),
                                     std::to_string(number),
                                     std::move(state),
                                     over ? "1" : "0",
                                     std::move(step.mark),
                                     std::to_string(step.sequence),
                                     milliseconds_text(time_to_live)};
  const Reply reply = co_await run(std::move(key), std::move(arguments));
  co_return reply.integer == 1;
}

asio::awaitable<void> Dialogs::told(DialogKey key, std::string name, std::uint64_t number) {
  std::vector<std::string> arguments{"told", std::move(name), std::to_string(number)};
  co_await run(std::move(key), std::move(arguments));
}

asio::awaitable<bool> Dialogs::close(DialogKey key) {
  std::vector<std::string> arguments{"close"};
  const Reply reply = co_await run(std::move(key), std::move(arguments));
  co_return reply.integer == 1;
}

asio::awaitable<bool> Dialogs::refuse(DialogKey key, std::chrono::seconds time_to_live) {
  std::vector<std::string> arguments{"refuse", milliseconds_text(time_to_live)};
  const Reply reply = co_await run(std::move(key), std::move(arguments));
  co_return reply.integer == 1;
}

}  // namespace peyk::store
