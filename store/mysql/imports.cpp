#include "store/mysql/imports.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/decide.hpp"
#include "handlers/use_cases.hpp"
#include "store/mysql/decided_set.hpp"

namespace peyk::store {
namespace {

using namespace handlers;
using What = Imported::What;

constexpr std::uint32_t kIdsPerRow = 16;
constexpr int kImportDrawsMax = 20;  // as of a live request

Imported answer_to(const Outcome& outcome) {
  if (outcome.status == 200) return {.what = outcome.effects.empty() ? What::known : What::fresh, .why = {}};
  return {.what = What::refused, .why = nlohmann::json::parse(outcome.answer).value("detail", "refused")};
}

}  // namespace

std::vector<Imported> import_members(Connection& connection, SystemChance& chance,
                                     std::span<const MemberImport> rows, const ImportTerms& terms) {
  chance.reserve_ids(connection, static_cast<std::uint32_t>(rows.size()) * kIdsPerRow);
  DecidedSet import(connection, chance, terms.directory, terms.now);
  Needs needs;
  for (const MemberImport& row : rows) needs.merge(needs_import(row));
  import.load(needs);
  std::vector<Imported> answers;
  for (const MemberImport& row : rows) {
    Outcome outcome = import_member(row, import.facts(), import.setting());
    answers.push_back(answer_to(outcome));
    import.take(std::move(outcome), terms.tell);
  }
  import.save(terms.tell);
  return answers;
}

// Rows whose drawn codes were all taken are drawn for anew, beside the others.
std::vector<Imported> import_purchases(Connection& connection, SystemChance& chance,
                                       std::span<const PurchaseRequest> rows, const ImportTerms& terms) {
  chance.reserve_ids(connection, static_cast<std::uint32_t>(rows.size()) * kIdsPerRow);
  DecidedSet import(connection, chance, terms.directory, terms.now);
  std::vector<Imported> answers(rows.size());
  std::vector<std::size_t> left(rows.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  for (int draws = 0; !left.empty() && draws < kImportDrawsMax; ++draws) {
    std::vector<Plan> plans;
    Needs needs;
    for (const std::size_t i : left) {
      PurchaseRequest row = rows[i];
      row.untold = !terms.tell;
      plans.push_back(plan(Request{.what = std::move(row)}, import.setting()));
      needs.merge(plans.back().needs);
    }
    import.load(needs);
    std::vector<std::size_t> again;
    for (std::size_t n = 0; n < left.size(); ++n) {
      try {
        Outcome outcome = decide(plans[n], import.facts(), import.setting());
        answers[left[n]] = answer_to(outcome);
        import.take(std::move(outcome), terms.tell);
      } catch (const OutOfCandidates&) {
        again.push_back(left[n]);
      }
    }
    left = std::move(again);
  }
  for (const std::size_t i : left)
    answers[i] = {.what = What::refused, .why = "the club has no free code left: give the file again later"};
  import.save(terms.tell);
  return answers;
}

}  // namespace peyk::store
