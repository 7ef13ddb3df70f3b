// A shop over a database of its own, to which one thing after another is said.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests {

// All that this phone is told by it; nothing: empty.
inline std::string heard(const store::Result& result, handlers::PhoneNumber phone) {
  std::string all;
  for (const auto& text : result.texts) {
    if (text.to == phone) all += text.text;
  }
  return all;
}

class ShopTalk : public testing::Test {
 protected:
  explicit ShopTalk(const std::string& name) : database(name) {}

  // What she who says it hears; `last` has what others heard.
  std::string say(Shop& shop, handlers::PhoneNumber from, const std::string& text) {
    last = shop.ask(text_from(from, text, std::to_string(++texts)));
    return heard(last, from);
  }
  // A code of this much credit, of the shopper's.
  std::string earn(Shop& shop, rules::Amount credit, const std::string& invoice) {
    const store::Result bought = shop.ask(purchase_of(kShopper, credit * 20, invoice, invoice));
    return nlohmann::json::parse(bought.answer).at("code");
  }
  std::int64_t balance(handlers::PhoneNumber phone) {
    return database.number("SELECT balance FROM member WHERE phone = " + std::to_string(phone));
  }

  TestDatabase database;
  store::Result last;
  int texts = 0;
};

}  // namespace peyk::tests
