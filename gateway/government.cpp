#include "gateway/government.hpp"

namespace peyk::gateway {

store::Government government_of(std::string_view line, std::span<const store::Pause> pauses,
                                const handlers::Directory& directory) {
  store::Government government;
  for (const store::Pause& pause : pauses) {
    if (pause.scope == store::Pause::Scope::club) {
      government.clubs_paused.push_back(pause.subject);
    } else if (pause.line == line && pause.scope == store::Pause::Scope::line) {
      government.line_paused = true;
    } else if (pause.line == line && pause.subject < store::kLanes) {
      government.lanes_paused[pause.subject] = true;
    }
  }
  for (const handlers::Club& club : directory.clubs()) {
    if (club.sending_weight != 1) government.weights[club.id] = club.sending_weight;
  }
  return government;
}

}  // namespace peyk::gateway
