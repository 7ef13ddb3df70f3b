// The words profile and phone: how the carrier behaves from now on, and who can be reached.
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "sim/ask.hpp"
#include "sim/control.hpp"
#include "sim/profile_file.hpp"

namespace peyk::sim {

using nlohmann::json;

// {"file": path} or {"set": {…}} on top of the one that is on; neither: only its name is asked.
void Control::profile(const Ask& ask) {
  if (ask.body.contains("file") || ask.body.contains("set")) {
    auto profile = ask.body.contains("file")
                       ? load_profile(get_text(ask.body, "file"))
                       : parse_profile(ask.body["set"].dump(), "set", carrier_.profile());
    if (!profile) throw BadAsk(profile.error());
    carrier_.set_profile(std::move(*profile), ask.now);
  }
  reply(ask.client, ask.id, {{"ok", true}, {"name", carrier_.profile().name}});
}

void Control::phone(const Ask& ask) {
  constexpr std::array<std::pair<std::string_view, PhoneState>, 4> kStates{
      {{"on", PhoneState::on},
       {"off", PhoneState::off},
       {"unknown", PhoneState::unknown},
       {"refused", PhoneState::refused}}};
  const std::string state = get_text(ask.body, "state");
  for (const auto& [word, value] : kStates) {
    if (word != state) continue;
    carrier_.centre().set_phone(get_text(ask.body, "phone"), value, ask.now);
    return reply(ask.client, ask.id, {{"ok", true}});
  }
  throw BadAsk("state: on, off, unknown or refused");
}

}  // namespace peyk::sim
