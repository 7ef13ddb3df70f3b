// What the fuzz targets have learnt (tests/fuzz/corpus), through the same functions as in the fuzzer, without
// one.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <string>

#include "tests/kit/paths.hpp"

using Target = int(const std::uint8_t*, std::size_t);
extern "C" {
// tests/CMakeLists.txt gives each target's LLVMFuzzerTestOneInput a name of its own.
Target fuzz_csv, fuzz_http_headers, fuzz_http_purchase, fuzz_http_query, fuzz_http_signature, fuzz_pdu,
    fuzz_receipt, fuzz_session, fuzz_stream, fuzz_text, fuzz_tlv, fuzz_udh, fuzz_url;
}

namespace peyk::tests::fuzz_corpus_test {
namespace {

struct Named {
  std::string name;
  Target* run;
  friend std::ostream& operator<<(std::ostream& out, const Named& named) { return out << named.name; }
};

class FuzzCorpus : public testing::TestWithParam<Named> {};

void feed(Target& target, const std::string& octets) {
  target(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
}

TEST_P(FuzzCorpus, breaks_no_promise_of_its_target) {
  const auto folder = source_dir() / "tests/fuzz/corpus" / GetParam().name;
  std::size_t fed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string octets = read_file(entry.path());
    EXPECT_NO_THROW(feed(*GetParam().run, octets)) << entry.path();
    ++fed;
  }
  EXPECT_GE(fed, 10U) << folder;
}

TEST_P(FuzzCorpus, is_not_all_that_its_target_bears) {
  EXPECT_NO_THROW(feed(*GetParam().run, ""));
  EXPECT_NO_THROW(feed(*GetParam().run, std::string(100'000, '\xFF')));
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus,
                         testing::Values(Named{"csv", fuzz_csv}, Named{"http_headers", fuzz_http_headers},
                                         Named{"http_purchase", fuzz_http_purchase},
                                         Named{"http_query", fuzz_http_query},
                                         Named{"http_signature", fuzz_http_signature}, Named{"pdu", fuzz_pdu},
                                         Named{"receipt", fuzz_receipt}, Named{"session", fuzz_session},
                                         Named{"stream", fuzz_stream}, Named{"text", fuzz_text},
                                         Named{"tlv", fuzz_tlv}, Named{"udh", fuzz_udh},
                                         Named{"url", fuzz_url}),
                         [](const auto& named) { return named.param.name; });

TEST(FuzzTargets, are_all_fed_their_corpus_here) {
  const std::string here = read_file(source_dir() / "tests/unit/fuzz_corpus_test.cpp");
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "tests/fuzz")) {
    const std::string file = entry.path().filename();
    if (!file.ends_with("_fuzz.cpp")) continue;
    const std::string name = file.substr(0, file.size() - std::string("_fuzz.cpp").size());
    EXPECT_NE(here.find("fuzz_" + name + "}"), std::string::npos) << name;
    EXPECT_TRUE(std::filesystem::is_directory(source_dir() / "tests/fuzz/corpus" / name)) << name;
  }
}

}  // namespace
}  // namespace peyk::tests::fuzz_corpus_test
