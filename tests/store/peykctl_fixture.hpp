// What the tests of peykctl share: a directory with peyk.yaml and a club's file, and a private MariaDB.
#pragma once

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/ctl/program.hpp"
#include "gateway/pins.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests {

inline constexpr std::string_view kClubFile = R"(slug: salt
name: Bread and Salt
keyword: salt
language: en
line: 30001234
ussd_root: "*7000"
policy: {earn_percent: 5, invoice_min: 100_000, join_on_purchase: true}
branches: [{number: 12, name: Vanak}, {number: 14, name: Tajrish}]
cashiers:
  - {phone: "09121112233", branch: 12, pin: "4321"}
till_keys:
  - {id: till-12, branch: 12, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
)";

class Peykctl : public testing::Test {
 protected:
  Peykctl() {
    gateway::initialise_sodium();
    const auto mysql = options_of(shared_mysql(), "peykctl");
    shared_mysql().query("DROP DATABASE IF EXISTS peykctl");
    write(
        "peyk.yaml",
        "carriers: [{name: sim, host: localhost, system_id: peyk, password: secret}]\n"
        "lines:\n  - {number: 30001234, carrier: sim}\n  - {number: 20001234, carrier: sim, purpose: promo}\n"
        "mysql: {unix_socket: " +
            mysql.unix_socket + ", user: " + mysql.user + ", password: " + mysql.password +
            ", database: peykctl}\n"
            "redis: {unix_socket: " +
            shared_redis().unix_socket().string() + ", key_prefix: peykctl}\n");
    write("club.yaml", kClubFile);
  }

  void write(const std::string& name, std::string_view text) { std::ofstream(path(name)) << text; }
  std::string path(const std::string& name) const { return (place_.path() / name).string(); }
  // The club's file with one piece of text replaced.
  void change(std::string_view from, std::string_view to) {
    std::string text = read_file(path("club.yaml"));
    const std::size_t at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    text.replace(at, from.size(), to);
    write("club.yaml", text);
  }

  int ctl(std::vector<std::string> arguments) {
    arguments.push_back("--config");
    arguments.push_back(path("peyk.yaml"));
    std::ostringstream out_stream, err_stream;
    const int code = gateway::ctl::run(arguments, out_stream, err_stream);
    out = out_stream.str();
    err = err_stream.str();
    EXPECT_THAT(out + err, testing::Not(testing::HasSubstr("4321"))) << "a PIN in the output";
    EXPECT_THAT(out + err, testing::Not(testing::HasSubstr("MfKQ9r8"))) << "a secret in the output";
    return code;
  }
  int apply() { return ctl({"apply", path("club.yaml")}); }
  std::string query(std::string_view sql) { return shared_mysql().query(sql, "peykctl"); }

  TempDir place_;
  std::string out, err;
};

}  // namespace peyk::tests
