// What follows the '?' of a target: whatever it is, each read gives a value within its bounds or a mistake is
// told, and the mistakes can be written down.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/http/query.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk;
using tests::fuzz::expect;

void expect_values(gateway::QueryReader& query) {
  const auto text = query.text("text");
  expect(!text || text->size() <= gateway::kQueryValueMax);
  (void)query.instant("since");
  const auto phone = query.phone("phone");
  expect(!phone || *phone != 0);
  const auto branch = query.branch("branch");
  expect(!branch || *branch != 0);
  const auto day = query.day("day", "Asia/Tehran");
  expect(!day || *day > rules::Instant{});
  const auto card = query.card("card");
  expect(!card || *card < 10'000'000'000'000'000);
  const std::uint32_t limit = query.limit();
  expect(limit >= 1 && limit <= gateway::kPageMax);
  if (const auto end = query.page_end("after")) {
    const auto again = gateway::parse_page_end(gateway::text_of(*end));
    expect(again && again->at == end->at && again->id == end->id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 8> names{"text", "since", "phone", "branch",
                                                  "day",  "card",  "limit", "after"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto plus : {gateway::PlusSign::stays, gateway::PlusSign::is_blank}) {
    const auto decoded = gateway::percent_decoded(text, plus);
    expect(!decoded || decoded->size() <= text.size());
  }
  gateway::QueryReader query(text, names);
  expect_values(query);
  const auto problem = query.problem();
  expect(!problem || (problem->status == 400 && !problem->body.empty()));
  return 0;
}
