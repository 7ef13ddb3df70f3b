#include "store/redis/lanes.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "store/redis/scripts.hpp"

namespace peyk::store {
namespace {

constexpr std::uint32_t kOldestClubsMax = 256;

// An answer that the script cannot have given.
[[noreturn]] void throw_not_ours() {
  throw std::runtime_error("lanes.lua gave an answer that is none of its own");
}

const Reply& element(const Reply& reply, std::size_t index, Reply::Kind kind) {
  if (!reply.is(Reply::Kind::array) || index >= reply.elements.size() || !reply.elements[index].is(kind)) {
    throw_not_ours();
  }
  return reply.elements[index];
}

std::int64_t integer_at(const Reply& reply, std::size_t index) {
  return element(reply, index, Reply::Kind::integer).integer;
}

std::uint32_t count_of(const Reply& reply) {
  if (!reply.is(Reply::Kind::integer) || reply.integer < 0) throw_not_ours();
  return static_cast<std::uint32_t>(reply.integer);
}

// Takes a number from the front of `text`, and the separator behind it.
template <typename Number>
Number take_number(std::string_view& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) throw_not_ours();
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return number;
}

Slots slots_from(std::string_view text) {
  Slots slots;
  slots.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) + 1);
  while (!text.empty()) slots.emplace_back(take_number<std::int64_t>(text));
  return slots;
}

// "id lane club age_ms mark slot,slot,..."
GrantedMessage granted_from(std::string_view text) {
  GrantedMessage message;
  message.message_id = take_number<std::uint64_t>(text);
  const auto lane = take_number<std::uint32_t>(text);
  if (lane >= kLanes) throw_not_ours();
  message.lane = static_cast<handlers::Lane>(lane);
  message.club = take_number<handlers::ClubId>(text);
  message.age = std::chrono::milliseconds(take_number<std::int64_t>(text));
  const std::string_view mark = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), mark.size() + 1));
  message.known_elsewhere = !mark.empty();
  if (mark.starts_with('!')) message.lost_by = mark.substr(1);
  if (mark.starts_with('-')) message.given_back_by = mark.substr(1);
  message.slots = slots_from(text);
  if (message.slots.empty()) throw_not_ours();
  return message;
}

void append_spacings(std::vector<std::string>& arguments, const Rates& rates,
                     std::chrono::microseconds horizon) {
  const Spacings spacings = spacings_of(rates.line, rates.account, rates.slowest_account);
  arguments.push_back(std::to_string(spacings.line_us));
  arguments.push_back(std::to_string(spacings.account_us));
  arguments.push_back(std::to_string(horizon.count()));
}

void append_message(std::vector<std::string>& arguments, const QueuedMessage& message) {
  if (message.parts == 0) throw std::invalid_argument("a message has at least one part");
  arguments.push_back(std::to_string(message.message_id));
  arguments.push_back(std::to_string(static_cast<unsigned>(message.lane)));
  arguments.push_back(std::to_string(message.parts));
  arguments.push_back(std::to_string(message.club));
  arguments.push_back(std::to_string(std::max<std::int64_t>(0, message.age.count())));
}

std::string random_token() {
  std::random_device chance;
  std::string token;
  for (int i = 0; i < 4; ++i) token += std::to_string(chance()) + '.';
  return token;
}

}  // namespace

const Script& lanes_script() {
  static const Script script{kLanesLua};
  return script;
}

Lanes::Lanes(RedisConnection& redis, std::string key_prefix, LaneOptions options, const Script& script)
    : redis_(redis), key_prefix_(std::move(key_prefix)), options_(options), script_(script) {}

asio::awaitable<Reply> Lanes::run(LineKey line, std::vector<std::string> arguments) {
  const std::string carrier = key_prefix_ + ":{carrier:" + line.carrier + "}:";
  std::vector<std::string> keys{carrier + "line:" + line.number, carrier + "account"};
  Reply reply = co_await redis_.evaluate(&script_, std::move(keys), std::move(arguments));
  if (!reply.ok()) throw RedisError(reply);
  co_return reply;
}

// Several calls where there are more ids than one may take.
asio::awaitable<std::uint32_t> Lanes::run_for_ids(LineKey line, std::vector<std::string> head,
                                                  std::vector<std::uint64_t> message_ids) {
  std::uint32_t total = 0;
  for (std::size_t first = 0; first < message_ids.size(); first += options_.per_call_max) {
    const std::size_t last = std::min(first + options_.per_call_max, message_ids.size());
    std::vector<std::string> arguments = head;
    for (std::size_t i = first; i < last; ++i) arguments.push_back(std::to_string(message_ids[i]));
    const Reply reply = co_await run(line, std::move(arguments));
    total += count_of(reply);
  }
  co_return total;
}

asio::awaitable<Enqueued> Lanes::enqueue(LineKey line, std::vector<QueuedMessage> messages) {
  Enqueued all;
  for (std::size_t first = 0; first < messages.size(); first += options_.per_call_max) {
    const std::size_t last = std::min(first + options_.per_call_max, messages.size());
    std::vector<std::string> arguments{"enqueue"};
    arguments.reserve(1 + (last - first) * 7);
    for (std::size_t i = first; i < last; ++i) {
      append_message(arguments, messages[i]);
      arguments.push_back(std::to_string(messages[i].delay.count()));
      arguments.push_back(messages[i].seeded ? "1" : "0");
    }
    const Reply reply = co_await run(line, std::move(arguments));
    all.added += static_cast<std::uint32_t>(integer_at(reply, 0));
    all.fresh = all.fresh || integer_at(reply, 1) != 0;
  }
  co_return all;
}

asio::awaitable<Grant> Lanes::grant(LineKey line, Rates rates, std::uint32_t messages_max,
                                    std::chrono::milliseconds lease, std::string owner,
                                    std::chrono::microseconds hold) {
  std::vector<std::string> arguments{"grant"};
  append_spacings(arguments, rates, options_.horizon);
  arguments.push_back(std::to_string(std::min(messages_max, options_.per_call_max)));
  arguments.push_back(std::to_string(lease.count()));
  arguments.push_back(std::move(owner));
  arguments.push_back(std::to_string(options_.returned_max));
  for (const std::uint32_t one_in : options_.one_in) arguments.push_back(std::to_string(one_in));
  arguments.push_back(std::to_string(hold.count()));
  const Reply reply = co_await run(std::move(line), std::move(arguments));

  Grant grant;
  grant.fresh = integer_at(reply, 0) != 0;
  if (const std::int64_t again_us = integer_at(reply, 1); again_us >= 0) {
    grant.again_in = std::chrono::microseconds(again_us);
  }
  grant.full = integer_at(reply, 2) != 0;
  grant.before_us = integer_at(reply, 3);
  grant.last_us = integer_at(reply, 4);
  grant.messages.reserve(reply.elements.size() - 5);
  for (std::size_t i = 5; i < reply.elements.size(); ++i) {
    grant.messages.push_back(granted_from(element(reply, i, Reply::Kind::string).text));
  }
  co_return grant;
}

asio::awaitable<Reservation> Lanes::reserve(LineKey line, Rates rates, std::vector<Slots> messages) {
  std::vector<std::string> arguments{"reserve"};
  append_spacings(arguments, rates, options_.horizon);
  for (const Slots& slots : messages) {
    if (slots.empty()) throw std::invalid_argument("a message has at least one part");
    std::string text = std::to_string(slots.front().count());
    for (std::size_t i = 1; i < slots.size(); ++i) text += ',' + std::to_string(slots[i].count());
    arguments.push_back(std::move(text));
  }
  const Reply reply = co_await run(std::move(line), std::move(arguments));
  Reservation reservation;
  reservation.again_in = std::chrono::microseconds(integer_at(reply, 0));
  reservation.late = std::chrono::microseconds(integer_at(reply, 1));
  reservation.on_time = static_cast<std::size_t>(integer_at(reply, 2));
  for (std::size_t i = 3; i < reply.elements.size(); ++i) {
    reservation.messages.push_back(slots_from(element(reply, i, Reply::Kind::string).text));
    if (reservation.messages.size() > messages.size() ||
        reservation.messages.back().size() != messages[reservation.messages.size() - 1].size()) {
      throw_not_ours();
    }
  }
  co_return reservation;
}

asio::awaitable<bool> Lanes::move_last(LineKey line, std::int64_t from_us, std::int64_t to_us) {
  std::vector<std::string> arguments{"move_last", std::to_string(from_us), std::to_string(to_us)};
  const Reply reply = co_await run(std::move(line), std::move(arguments));
  co_return count_of(reply) != 0;
}

asio::awaitable<std::uint32_t> Lanes::acknowledge(LineKey line, std::vector<std::uint64_t> message_ids) {
  std::vector<std::string> head{"acknowledge"};
  co_return co_await run_for_ids(std::move(line), std::move(head), std::move(message_ids));
}

asio::awaitable<std::vector<Withdrawn>> Lanes::withdraw(LineKey line,
                                                        std::vector<std::uint64_t> message_ids) {
  std::vector<Withdrawn> all;
  all.reserve(message_ids.size());
  for (std::size_t first = 0; first < message_ids.size(); first += options_.per_call_max) {
    const std::size_t last = std::min(first + options_.per_call_max, message_ids.size());
    std::vector<std::string> arguments{"withdraw"};
    for (std::size_t i = first; i < last; ++i) arguments.push_back(std::to_string(message_ids[i]));
    const Reply reply = co_await run(line, std::move(arguments));
    if (!reply.is(Reply::Kind::string) || reply.text.size() != last - first) throw_not_ours();
    for (const char letter : reply.text) {
      all.push_back(letter == 'w'   ? Withdrawn::forgotten
                    : letter == 'l' ? Withdrawn::leased
                                    : Withdrawn::unknown);
    }
  }
  co_return all;
}

asio::awaitable<std::uint32_t> Lanes::give_back(LineKey line, std::string owner,
                                                std::vector<std::uint64_t> message_ids,
                                                std::chrono::milliseconds delay) {
  // The last call comes to stand first, so the first chunk goes last.
  std::uint32_t total = 0;
  while (!message_ids.empty()) {
    const std::size_t count = std::min<std::size_t>(options_.per_call_max, message_ids.size());
    std::vector<std::uint64_t> tail(message_ids.end() - static_cast<std::ptrdiff_t>(count),
                                    message_ids.end());
    message_ids.resize(message_ids.size() - count);
    std::vector<std::string> head{"give_back", owner, std::to_string(delay.count())};
    total += co_await run_for_ids(line, std::move(head), std::move(tail));
  }
  co_return total;
}

asio::awaitable<std::uint32_t> Lanes::keep(LineKey line, std::string owner,
                                           std::vector<QueuedMessage> messages,
                                           std::chrono::milliseconds lease) {
  std::uint32_t total = 0;
  for (std::size_t first = 0; first < messages.size(); first += options_.per_call_max) {
    const std::size_t last = std::min(first + options_.per_call_max, messages.size());
    std::vector<std::string> arguments{"keep", owner, std::to_string(lease.count())};
    for (std::size_t i = first; i < last; ++i) append_message(arguments, messages[i]);
    const Reply reply = co_await run(line, std::move(arguments));
    total += count_of(reply);
  }
  co_return total;
}

asio::awaitable<void> Lanes::govern(LineKey line, Government government) {
  std::vector<std::string> paused;
  if (government.line_paused) paused.emplace_back("line");
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (government.lanes_paused[lane]) paused.push_back("lane" + std::to_string(lane));
  }
  for (const handlers::ClubId club : government.clubs_paused) paused.push_back("club" + std::to_string(club));
  std::vector<std::string> arguments{"govern", std::to_string(paused.size())};
  arguments.insert(arguments.end(), paused.begin(), paused.end());
  for (const auto& [club, weight] : government.weights) {
    if (weight == 0) throw std::invalid_argument("a club's weight is at least 1");
    if (weight == 1) continue;
    arguments.push_back(std::to_string(club));
    arguments.push_back(std::to_string(weight));
  }
  co_await run(std::move(line), std::move(arguments));
}

asio::awaitable<void> Lanes::penalise_line(LineKey line, std::chrono::milliseconds pause) {
  std::vector<std::string> arguments{"penalise_line", std::to_string(pause.count())};
  co_await run(std::move(line), std::move(arguments));
}

asio::awaitable<void> Lanes::penalise_account(LineKey line, std::chrono::milliseconds pause) {
  std::vector<std::string> arguments{"penalise_account", std::to_string(pause.count())};
  co_await run(std::move(line), std::move(arguments));
}

asio::awaitable<std::string> Lanes::begin_seed(LineKey line) {
  std::vector<std::string> arguments{"begin_seed", random_token()};
  Reply reply = co_await run(std::move(line), std::move(arguments));
  if (!reply.is(Reply::Kind::string)) throw_not_ours();
  co_return std::move(reply.text);
}

asio::awaitable<bool> Lanes::finish_seed(LineKey line, std::string seed) {
  std::vector<std::string> arguments{"finish_seed", std::move(seed)};
  const Reply reply = co_await run(std::move(line), std::move(arguments));
  co_return count_of(reply) != 0;
}

asio::awaitable<LineDepth> Lanes::depth(LineKey line) {
  std::vector<std::string> arguments{"depth", std::to_string(kOldestClubsMax)};
  const Reply reply = co_await run(std::move(line), std::move(arguments));
  LineDepth depth;
  depth.fresh = integer_at(reply, 0) != 0;
  depth.leased = static_cast<std::uint64_t>(integer_at(reply, 1));
  depth.delayed = static_cast<std::uint64_t>(integer_at(reply, 2));
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    depth.lanes[lane].waiting = static_cast<std::uint64_t>(integer_at(reply, 3 + 4 * lane));
    depth.lanes[lane].oldest = std::chrono::milliseconds(integer_at(reply, 4 + 4 * lane));
    depth.lanes[lane].granted = static_cast<std::uint64_t>(integer_at(reply, 5 + 4 * lane));
    depth.lanes[lane].paused = static_cast<std::uint64_t>(integer_at(reply, 6 + 4 * lane));
  }
  co_return depth;
}

asio::awaitable<Whereabouts> Lanes::look(LineKey line, std::uint64_t message_id) {
  using State = Whereabouts::State;
  std::vector<std::string> arguments{"look", std::to_string(message_id)};
  const Reply reply = co_await run(std::move(line), std::move(arguments));
  Whereabouts where;
  const std::string& state = element(reply, 0, Reply::Kind::string).text;
  if (state.empty()) co_return where;
  where.state = state == "l" ? State::leased : state == "w" ? State::waiting : State::delayed;
  if (where.state == State::leased) where.owner = element(reply, 1, Reply::Kind::string).text;
  where.left = std::chrono::milliseconds(integer_at(reply, 2));
  co_return where;
}

}  // namespace peyk::store
