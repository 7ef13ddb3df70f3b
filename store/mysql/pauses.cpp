#include "store/mysql/pauses.hpp"

namespace peyk::store {

std::vector<Pause> load_pauses(Connection& connection) {
  std::vector<Pause> pauses;
  Rows rows = connection
                  .prepare(
                      "SELECT scope, line, subject, paused_at, paused_by, reason FROM sending_pause"
                      " ORDER BY paused_at, scope, line, subject")
                  .query();
  while (rows.next()) {
    Pause pause;
    pause.scope = static_cast<Pause::Scope>(rows.u64());
    pause.line = rows.text();
    pause.subject = rows.u32();
    pause.since = rows.instant();
    pause.by = rows.text();
    pause.why = rows.text();
    pauses.push_back(std::move(pause));
  }
  return pauses;
}

bool save_pause(Connection& connection, const Pause& pause) {
  return connection
             .prepare(
                 "INSERT IGNORE INTO sending_pause (scope, line, subject, paused_at, paused_by, reason)"
                 " VALUES (?, ?, ?, ?, ?, ?)")
             .add(static_cast<std::uint32_t>(pause.scope))
             .add(pause.line)
             .add(pause.subject)
             .add(pause.since)
             .add(pause.by)
             .add(pause.why)
             .update() > 0;
}

bool delete_pause(Connection& connection, const Pause& pause) {
  return connection.prepare("DELETE FROM sending_pause WHERE scope = ? AND line = ? AND subject = ?")
             .add(static_cast<std::uint32_t>(pause.scope))
             .add(pause.line)
             .add(pause.subject)
             .update() > 0;
}

}  // namespace peyk::store
