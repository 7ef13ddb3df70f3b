#include "gateway/http/phone_values.hpp"

#include <nlohmann/json.hpp>

#include "gateway/http/body_fields.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/query.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {

std::optional<handlers::PhoneNumber> phone_in_path(std::string_view value) {
  const auto text = percent_decoded(value, PlusSign::stays);
  if (!text || text->size() > kPhoneOctetsMax) return std::nullopt;
  return templates::parse_phone(*text);
}

HttpResponse no_such_member() {
  return problem_response(
      {404, "unknown-member", "There is no such member", "This phone is no member of the club.", {}});
}

TillAnswer with_phone_first(TillAnswer answer, handlers::PhoneNumber phone) {
  const auto body = nlohmann::ordered_json::parse(answer.body, nullptr, false);
  if (!body.is_object() || answer.http_status >= 400) return answer;
  nlohmann::ordered_json named{{"phone", templates::e164(phone)}};
  named.update(body);
  answer.body = named.dump();
  return answer;
}

}  // namespace peyk::gateway
