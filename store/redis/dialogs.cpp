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

asio::awaitable<std::optional<std::string>> Dialogs::begin(DialogKey key, std::string code,
                                                           std::chrono::seconds time_to_live) {
  std::vector<std::string> arguments{"begin", std::move(code), milliseconds_text(time_to_live)};
  Reply reply = co_await run(std::move(key), std::move(arguments));
  std::optional<std::string> left;
  if (reply.is(Reply::Kind::string)) left = std::move(reply.text);
  co_return left;
}

asio::awaitable<std::optional<Dialog>> Dialogs::get(DialogKey key) {
  std::vector<std::string> arguments{"get"};
  Reply reply = co_await run(std::move(key), std::move(arguments));
  std::optional<Dialog> dialog;
  if (reply.is(Reply::Kind::array) && reply.elements.size() == 3) {
    dialog.emplace();
    dialog->state = std::move(reply.elements[0].text);
    dialog->code = std::move(reply.elements[1].text);
    dialog->step = static_cast<std::uint64_t>(reply.elements[2].integer);
  }
  co_return dialog;
}

asio::awaitable<bool> Dialogs::set(DialogKey key, std::string state, std::uint64_t step,
                                   std::chrono::seconds time_to_live) {
  if (state.size() > kDialogStateBytesMax)
    throw std::length_error("the state of a dialog has at most 4096 bytes");
  std::vector<std::string> arguments{"set", std::move(state), std::to_string(step),
                                     milliseconds_text(time_to_live)};
  const Reply reply = co_await run(std::move(key), std::move(arguments));
  co_return reply.integer == 1;
}

asio::awaitable<void> Dialogs::erase(DialogKey key) {
  std::vector<std::string> arguments{"erase"};
  co_await run(std::move(key), std::move(arguments));
}

}  // namespace peyk::store
