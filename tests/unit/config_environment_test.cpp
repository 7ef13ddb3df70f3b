#include "config/environment.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/kit/paths.hpp"

namespace peyk::config::config_environment_test {
namespace {

std::optional<std::string> variables(std::string_view name) {
  if (name == "PORT") return "2776";
  if (name == "EMPTY") return "";
  if (name == "NESTED") return "${PORT}";
  if (name == "BROKEN") return "\xFF";
  return std::nullopt;
}

TEST(ConfigEnvironment, variables_are_replaced_once) {
  const std::pair<std::string_view, std::string_view> readings[] = {
      {"", ""},
      {"plain", "plain"},
      {"${PORT}", "2776"},
      {"tcp:${PORT}/x", "tcp:2776/x"},
      {"${PORT}${PORT}", "27762776"},
      {"${PORT:-1}", "2776"},
      {"${NONE:-1}", "1"},
      {"${NONE:-}", ""},
      {"${EMPTY}", ""},
      {"${EMPTY:-1}", "1"},
      {"${NESTED}", "${PORT}"},
      {"$5 and $PORT", "$5 and $PORT"},
      {"$${PORT}", "${PORT}"},
      {"a$${b${PORT}", "a${b2776"},
  };
  for (const auto& [written, text] : readings) {
    const auto expanded = expand(written, variables);
    ASSERT_TRUE(expanded) << written;
    EXPECT_EQ(expanded->text, text) << written;
  }
}

TEST(ConfigEnvironment, only_what_came_from_a_variable_is_marked_as_such) {
  EXPECT_TRUE(expand("${PORT}", variables)->from_environment);
  EXPECT_FALSE(expand("2776", variables)->from_environment);
  EXPECT_FALSE(expand("$${PORT}", variables)->from_environment);
}

TEST(ConfigEnvironment, what_cannot_be_replaced_is_named) {
  constexpr std::string_view kShape = "${ begins no ${NAME} or ${NAME:-default}; $${ is a plain ${";
  const std::pair<std::string_view, std::string_view> readings[] = {
      {"${NONE}", "the variable NONE is not set"},
      {"${BROKEN}", "the variable BROKEN holds no valid UTF-8"},
      {"${", kShape},
      {"${}", kShape},
      {"${PORT", kShape},
      {"${:-x}", kShape},
      {"${1PORT}", kShape},
      {"${PORT-1}", kShape},
      {"${a b}", kShape},
  };
  for (const auto& [written, what] : readings) {
    const auto expanded = expand(written, variables);
    ASSERT_FALSE(expanded) << written;
    EXPECT_EQ(expanded.error(), what) << written;
  }
}

class ConfigSecretFile : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content, ::mode_t mode) const {
    const std::string path = dir_.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }

  tests::TempDir dir_;
};

TEST_F(ConfigSecretFile, is_read_without_its_line_end) {
  EXPECT_EQ(read_secret_file(write("a", "hunter2\n", 0600), "").value(), "hunter2");
  EXPECT_EQ(read_secret_file(write("b", "hunter2\r\n", 0640), "").value(), "hunter2");
  EXPECT_EQ(read_secret_file(write("c", " hunter2 \n\n", 0400), "").value(), " hunter2 \n");
  EXPECT_EQ(read_secret_file(write("d", "", 0600), "").value(), "");
}

TEST_F(ConfigSecretFile, with_a_relative_path_starts_at_the_folder_of_the_config) {
  write("a", "hunter2", 0600);
  EXPECT_EQ(read_secret_file("a", dir_.path().string() + "/").value(), "hunter2");
  EXPECT_FALSE(read_secret_file("a", dir_.path().string() + "/elsewhere/"));
}

TEST_F(ConfigSecretFile, that_others_may_read_or_write_is_refused_with_its_mode) {
  EXPECT_EQ(read_secret_file(write("a", "hunter2", 0644), "").error(),
            "is open to others (mode 0644); make it 0600 or 0640");
  EXPECT_FALSE(read_secret_file(write("b", "hunter2", 0660), ""));
  EXPECT_FALSE(read_secret_file(write("c", "hunter2", 0604), ""));
  EXPECT_FALSE(read_secret_file(write("d", "hunter2", 0602), ""));
}

TEST_F(ConfigSecretFile, that_is_not_there_or_no_plain_file_is_refused) {
  EXPECT_EQ(read_secret_file(dir_.path() / "none", "").error(), "cannot be read: No such file or directory");
  EXPECT_EQ(read_secret_file(dir_.path(), "").error(), "cannot be read: not a plain file");
  const std::string pipe = dir_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_secret_file(pipe, "").error(), "cannot be read: not a plain file");
}

TEST_F(ConfigSecretFile, that_is_long_or_no_text_is_refused) {
  EXPECT_TRUE(read_secret_file(write("a", std::string(4096, 'x'), 0600), ""));
  EXPECT_EQ(read_secret_file(write("b", std::string(4097, 'x'), 0600), "").error(),
            "longer than 4096 octets");
  EXPECT_EQ(read_secret_file(write("c", "\xFF", 0600), "").error(), "holds no valid UTF-8");
}

}  // namespace
}  // namespace peyk::config::config_environment_test
