#include "handlers/insights.hpp"

#include "handlers/about_member.hpp"
#include "handlers/offer_words.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

std::string basket_line(const Club& club, const Insight& insight, Language language,
                        const templates::Catalogue& catalogue) {
  const auto basket = mean_basket(insight.sold, insight.purchases);
  if (!basket) return catalogue.render("insights_none", language, {});
  const auto change = basket_change(insight);
  const std::string_view key = !change || *change == 0 ? "insights_basket"
                               : *change > 0           ? "insights_basket_up"
                                                       : "insights_basket_down";
  return catalogue.render(
      key, language,
      {{"amount", money(club, *basket)}, {"percent", percent(std::abs(change.value_or(0)) * 100, language)}});
}

}  // namespace

std::vector<std::string> insight_lines(const Club& club, const Insight& insight, Language language,
                                       const templates::Catalogue& catalogue) {
  std::vector<std::string> lines;
  if (!insight.best.empty())
    lines.push_back(
        catalogue.render("insights_best", language,
                         {{"name", insight.best}, {"count", static_cast<std::int64_t>(insight.best_count)}}));
  lines.push_back(basket_line(club, insight, language, catalogue));
  if (const auto share = top_share(insight))
    lines.push_back(
        catalogue.render("insights_top", language, {{"percent", percent(*share * 100, language)}}));
  if (insight.top > 0)
    lines.push_back(catalogue.render("insights_asleep", language,
                                     {{"count", static_cast<std::int64_t>(insight.top_asleep)},
                                      {"wanted", static_cast<std::int64_t>(insight.top)}}));
  return lines;
}

Said insights(const Speaker& speaker, const Setting& setting) {
  const Club& club = *speaker.club;
  const auto& insight = club.programme.insight;
  if (!insight) return {.reply = render(setting, "insights_to_come", speaker.language)};
  std::string text = render(setting, "insights", speaker.language,
                            {{"club", club.name},
                             {"count", std::int64_t{kInsightDays}},
                             {"until", templates::LastDayShort{insight->until, club.time_zone}}});
  for (const std::string& line : insight_lines(club, *insight, speaker.language, setting.catalogue)) {
    if (fits_text(text + '\n' + line)) text += '\n' + line;
  }
  return {.reply = text};
}

}  // namespace peyk::handlers
