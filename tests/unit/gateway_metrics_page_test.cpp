// docs/metrics.md and the table in gateway/metrics.cpp name the same metrics with the same labels.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/kit/paths.hpp"

namespace peyk::tests::gateway_metrics_page_test {
namespace {

using Labels = std::set<std::string>;
using Named = std::map<std::string, Labels>;

// What stands between pairs of `quote`.
Labels quoted(const std::string& text, char quote) {
  Labels words;
  for (std::size_t at = text.find(quote); at != std::string::npos; at = text.find(quote, at + 1)) {
    const std::size_t end = text.find(quote, at + 1);
    if (end == std::string::npos) break;
    words.insert(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

// {"peyk_…", Kind::…, {labels}, …
Named in_code(const std::string& source) {
  const std::string opening = "{\"peyk_";
  Named named;
  for (std::size_t at = source.find(opening); at != std::string::npos; at = source.find(opening, at + 1)) {
    const std::size_t begin = at + 2, end = source.find('"', begin);
    const std::size_t labels = source.find('{', source.find("Kind::", end));
    if (labels == std::string::npos) break;
    named[source.substr(begin, end - begin)] =
        quoted(source.substr(labels, source.find('}', labels) - labels), '"');
  }
  return named;
}

// | `peyk_…` | `label`, `label` | …
Named on_page(const std::string& page) {
  const std::string opening = "\n| `peyk_";
  Named named;
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at + 1)) {
    const std::size_t begin = at + 4, end = page.find('`', begin);
    const std::size_t labels = page.find('|', end) + 1;
    named[page.substr(begin, end - begin)] =
        quoted(page.substr(labels, page.find('|', labels) - labels), '`');
  }
  return named;
}

TEST(MetricsPage, names_what_the_gateway_counts_and_nothing_else) {
  const Named code = in_code(read_file(source_dir() / "gateway/metrics.cpp"));
  const Named page = on_page(read_file(source_dir() / "docs/metrics.md"));
  ASSERT_GT(code.size(), 20U);
  for (const auto& [name, labels] : code) {
    ASSERT_TRUE(page.contains(name)) << name << " is not in docs/metrics.md";
    EXPECT_EQ(page.at(name), labels) << name;
  }
  for (const auto& [name, labels] : page) EXPECT_TRUE(code.contains(name)) << name << " is no metric";
}

TEST(MetricsPage, is_read_as_it_is_written) {
  EXPECT_EQ(in_code("{{\"peyk_a\",\n Kind::gauge,\n {\"x\", \"y\"}, \"h\", {}}, {\"peyk_b\", Kind::counter, "
                    "{}, \"h\"}"),
            (Named{{"peyk_a", {"x", "y"}}, {"peyk_b", {}}}));
  EXPECT_EQ(on_page("|---|\n| `peyk_a` | `x`, `y` | s | see `z` |\n| `peyk_b` | | s | |\n"),
            (Named{{"peyk_a", {"x", "y"}}, {"peyk_b", {}}}));
}

}  // namespace
}  // namespace peyk::tests::gateway_metrics_page_test
