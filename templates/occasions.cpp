#include "templates/occasions.hpp"

#include <algorithm>
#include <array>

namespace peyk::templates {
namespace {

using enum OccasionCalendar;

constexpr std::array kOccasions{
    Occasion{"nowruz", jalali, {1, 1}, {1, 13}},
    Occasion{"sizdah_bedar", jalali, {1, 13}, {1, 13}},
    Occasion{"teachers_day", jalali, {2, 12}, {2, 12}},
    Occasion{"doctors_day", jalali, {6, 1}, {6, 1}},
    Occasion{"back_to_school", jalali, {6, 15}, {7, 1}},
    Occasion{"mehregan", jalali, {7, 10}, {7, 10}},
    Occasion{"students_day", jalali, {9, 16}, {9, 16}},
    Occasion{"yalda", jalali, {9, 30}, {9, 30}},
    Occasion{"sepandarmazgan", jalali, {11, 29}, {11, 29}},
    Occasion{"chaharshanbe_suri", jalali, {12, 22}, {12, 29}, OccasionRule::last_tuesday},

    Occasion{"mawlid", hijri, {3, 17}, {3, 17}},
    Occasion{"mothers_day", hijri, {6, 20}, {6, 20}},
    Occasion{"fathers_day", hijri, {7, 13}, {7, 13}},
    Occasion{"mabath", hijri, {7, 27}, {7, 27}},
    Occasion{"nime_shaban", hijri, {8, 15}, {8, 15}},
    Occasion{"ramadan", hijri, {9, 1}, {9, 30}},
    Occasion{"eid_fitr", hijri, {10, 1}, {10, 2}},
    Occasion{"girls_day", hijri, {11, 1}, {11, 1}},
    Occasion{"eid_ghorban", hijri, {12, 10}, {12, 10}},
    Occasion{"eid_ghadir", hijri, {12, 18}, {12, 18}},

    Occasion{"new_year", gregorian, {1, 1}, {1, 1}},
    Occasion{"valentine", gregorian, {2, 14}, {2, 14}},
    Occasion{"womens_day", gregorian, {3, 8}, {3, 8}},
    Occasion{"workers_day", gregorian, {5, 1}, {5, 1}},
    Occasion{"black_friday", gregorian, {11, 23}, {11, 29}, OccasionRule::after_fourth_thursday},
    Occasion{"christmas", gregorian, {12, 25}, {12, 25}},
};

MonthDay month_day_of(const DateFacts& day, OccasionCalendar calendar) {
  switch (calendar) {
    case jalali:
      return {day.jalali.month, day.jalali.day};
    case hijri:
      return {day.hijri.month, day.hijri.day};
    case gregorian:
      return {static_cast<int>(static_cast<unsigned>(day.gregorian.month())),
              static_cast<int>(static_cast<unsigned>(day.gregorian.day()))};
  }
  throw std::logic_error("month_day_of: not an OccasionCalendar");
}

// The Wednesday after it is still of the old year, and the next one is not.
bool is_last_tuesday(const DateFacts& day) {
  const std::chrono::sys_days tuesday{day.gregorian};
  if (std::chrono::weekday{tuesday} != std::chrono::Tuesday) return false;
  const auto year_of = [](std::chrono::sys_days then) {
    return to_jalali(std::chrono::year_month_day{then}).year;
  };
  return year_of(tuesday + std::chrono::days{1}) == day.jalali.year &&
         year_of(tuesday + std::chrono::days{8}) > day.jalali.year;
}

bool is_after_fourth_thursday(const DateFacts& day) {
  const auto fourth = day.gregorian.year() / std::chrono::November / std::chrono::Thursday[4];
  return std::chrono::sys_days{day.gregorian} == std::chrono::sys_days{fourth} + std::chrono::days{1};
}

}  // namespace

DateFacts date_facts(std::chrono::year_month_day gregorian, int hijri_shift_days) {
  return {gregorian, to_jalali(gregorian), to_hijri(gregorian, hijri_shift_days)};
}

DateFacts date_facts(Instant instant, std::string_view zone, int hijri_shift_days) {
  return date_facts(local_date(instant, zone), hijri_shift_days);
}

std::span<const Occasion> occasions() {
  return kOccasions;
}

const Occasion* occasion_named(std::string_view id) {
  const auto found = std::ranges::find(kOccasions, id, &Occasion::id);
  return found == kOccasions.end() ? nullptr : &*found;
}

bool is_on(const Occasion& occasion, const DateFacts& day) {
  const MonthDay there = month_day_of(day, occasion.calendar);
  if (there < occasion.first || there > occasion.last) return false;
  switch (occasion.rule) {
    case OccasionRule::days:
      return true;
    case OccasionRule::last_tuesday:
      return is_last_tuesday(day);
    case OccasionRule::after_fourth_thursday:
      return is_after_fourth_thursday(day);
  }
  throw std::logic_error("is_on: not an OccasionRule");
}

}  // namespace peyk::templates
