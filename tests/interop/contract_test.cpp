// The gateway against its own document, judged by validators of others (ajv, openapi-schema-validator): every
// operation and every documented error of /v1/openapi.json is driven. tests/interop/contract/main.js says
// how.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

#include "handlers/rules/codes.hpp"
#include "tests/kit/peer.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::contract_test {
namespace {

using namespace std::chrono_literals;

// The line that is a code; what else was printed is about it.
std::string code_in(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (rules::parse_code(line)) return line;
  return {};
}

TEST(Contract, every_operation_and_every_documented_error_is_as_documented) {
  // A store that hangs is told of soon, and a key that sends too much too.
  Stack stack({.more_yaml = "  answer_timeout: 5s\n  key_requests_max: 500\n  key_requests_window: 1h\n"});
  const Finished gift = stack.peykctl({"gift", "issue", "nan-o-namak", "500000"});
  ASSERT_TRUE(gift.status.ok()) << gift.output;
  const Finished item = stack.peykctl({"gift", "issue", "nan-o-namak", "--item", "a croissant"});
  ASSERT_TRUE(item.status.ok()) << item.output;
  const Finished done =
      run_process({.argv = {"node", (source_dir() / "tests/interop/contract/main.js").string()},
                   .env = {{"PEYK_PORT", std::to_string(stack.http_port())},
                           {"PEYK_TILL_SECRET", stack.till_secret()},
                           {"PEYK_MYSQL_SOCKET", stack.mysql().unix_socket().string()},
                           {"PEYK_REDIS_SOCKET", stack.redis().unix_socket().string()},
                           {"PEYK_GIFT_CODE", code_in(gift.output)},
                           {"PEYK_ITEM_CODE", code_in(item.output)},
                           {"NODE_PATH", node_modules().string()}}},
                  600s);
  std::cout << done.output;
  EXPECT_TRUE(done.status.ok()) << stack.gateway_log();
}

}  // namespace
}  // namespace peyk::tests::contract_test
