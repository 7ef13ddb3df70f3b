#include "gateway/http/replay_body.hpp"

#include <charconv>

#include "gateway/http/dead_letters.hpp"
#include "gateway/http/strict_json.hpp"
#include "gateway/letter_query.hpp"

namespace peyk::gateway {
namespace {

constexpr std::size_t kDepthMax = 4;

Problem invalid(std::string detail, std::string pointer) {
  return {422,
          "invalid-replay",
          "The replay is not valid",
          "See errors; nothing was replayed.",
          {{std::move(detail), std::move(pointer)}}};
}

std::optional<store::MessageId> id_of(const JsonValue& value) {
  const auto* text = std::get_if<std::string>(&value.what);
  store::MessageId id = 0;
  if (text == nullptr || text->empty()) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), id);
  if (read.ec != std::errc() || read.ptr != text->data() + text->size()) return std::nullopt;
  return id;
}

// What is wrong with the member, if anything is.
std::optional<Problem> read_member(const JsonMember& member, ReplayBody& body) {
  const std::string pointer = json_pointer_token(member.name);
  if (member.name == "ids") {
    const auto* ids = std::get_if<JsonArray>(&member.value.what);
    if (ids == nullptr || ids->empty() || ids->size() > kReplayIdsMax)
      return invalid("must be a list of 1 to " + std::to_string(kReplayIdsMax) + " ids", pointer);
    for (std::size_t i = 0; i < ids->size(); ++i) {
      const auto id = id_of((*ids)[i]);
      if (!id)
        return invalid("must be an id as the list shows it: \"40417\"", pointer + "/" + std::to_string(i));
      body.ids.push_back(*id);
    }
    return std::nullopt;
  }
  if (member.name == "valid_for_seconds") {
    const auto* seconds = std::get_if<std::int64_t>(&member.value.what);
    const std::chrono::seconds least = kReplayValidMin, most = kReplayValidMax;
    if (seconds == nullptr || *seconds < least.count() || *seconds > most.count())
      return invalid("must be a number from 60 to 604800", pointer);
    body.valid_for = std::chrono::seconds(*seconds);
    return std::nullopt;
  }
  bool* flag = member.name == "even_urgent"    ? &body.even_urgent
               : member.name == "even_unknown" ? &body.even_unknown
                                               : nullptr;
  if (flag == nullptr) return invalid("unknown field", pointer);
  const auto* given = std::get_if<bool>(&member.value.what);
  if (given == nullptr) return invalid("must be true or false", pointer);
  *flag = *given;
  return std::nullopt;
}

}  // namespace

tl::expected<ReplayBody, Problem> parse_replay_body(std::string_view text) {
  const auto parsed = parse_strict_json(text, kDepthMax);
  if (!parsed) {
    if (parsed.error().kind != JsonMistakeKind::malformed)
      return tl::unexpected(invalid("cannot be used", parsed.error().pointer));
    return tl::unexpected(
        Problem{400, "malformed-json", "The body is not JSON", "Not valid JSON in UTF-8.", {}});
  }
  const auto* object = std::get_if<JsonObject>(&parsed->what);
  if (object == nullptr) return tl::unexpected(invalid("must be an object", ""));
  ReplayBody body;
  for (const JsonMember& member : *object) {
    if (auto wrong = read_member(member, body)) return tl::unexpected(std::move(*wrong));
  }
  if (body.ids.empty()) return tl::unexpected(invalid("\"ids\" is missing", ""));
  return body;
}

}  // namespace peyk::gateway
