#include "handlers/ussd_place.hpp"

#include <algorithm>
#include <stdexcept>

#include "templates/fold.hpp"

namespace peyk::handlers {
namespace {

constexpr std::size_t kKeysMax = 8;         // of one deep link
constexpr std::size_t kKeyOctetsMax = 128;  // of one key: a name has 60 characters
constexpr std::size_t kStateOctetsMax = 200;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

bool is_of_buying(Screen screen) {
  return screen == Screen::buy_phone || screen == Screen::buy_amount || screen == Screen::buy_pin ||
         screen == Screen::buy_confirm;
}

bool is_of_redeeming(Screen screen) {
  return screen == Screen::redeem_code || screen == Screen::redeem_amount || screen == Screen::redeem_last4 ||
         screen == Screen::redeem_pin || screen == Screen::redeem_confirm;
}

bool is_for_cashiers(Screen screen) {
  return is_of_buying(screen) || is_of_redeeming(screen) || screen == Screen::check_code;
}

Place read_state(std::string_view state) {
  auto parts = split(state, '|');
  if (parts.empty() || parts[0].size() != 1) return {};
  Place place{static_cast<Screen>(parts[0][0]), {parts.begin() + 1, parts.end()}};
  constexpr std::string_view known = "rekqalpybusocmfvtnghixzwjd";
  return known.find(parts[0][0]) == std::string_view::npos ? Place{} : place;
}

std::string write_state(const Place& place) {
  std::string state(1, static_cast<char>(place.screen));
  for (const std::string& argument : place.arguments) state += '|' + argument;
  if (state.size() > kStateOctetsMax) throw std::logic_error("a USSD state outgrew its column");
  return state;
}

std::vector<std::string> keys_of(std::string_view input) {
  while (!input.empty() && input.back() == '#') input.remove_suffix(1);
  std::vector<std::string> keys;
  for (std::string& key : split(input, '*')) {
    if (key.empty()) continue;
    if (keys.size() == kKeysMax) break;
    keys.push_back(templates::fold(std::string_view(key).substr(0, kKeyOctetsMax)));
  }
  return keys;
}

}  // namespace peyk::handlers
