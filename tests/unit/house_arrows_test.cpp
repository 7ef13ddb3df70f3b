// Holds every #include to the arrows of the house: who may know whom (CMakeLists.txt says the same to the
// linker), who may use which library, and what may stand in a header.
//
// A new room: a line in kRooms. A new library: a line in kLibraries. A line that is widened only to make this
// test pass is the arrow being given up: say why in docs/decisions/.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kit/paths.hpp"
#include "tests/kit/sources.hpp"

namespace peyk::tests::house_arrows_test {
namespace {

using Names = std::vector<std::string_view>;

struct Room {
  std::string_view folder;  // the longest that fits a path is its room
  Names knows;              // rooms beside itself
};

const std::vector<Room> kRooms = {
    {"smpp", {}},
    {"templates", {}},
    {"handlers/rules", {}},
    {"handlers", {"handlers/rules", "templates"}},
    {"config/toolchain", {}},
    {"store", {"handlers", "handlers/rules", "templates", "config/toolchain"}},
    // and every room's options.hpp: see may_know()
    {"config", {"handlers", "handlers/rules", "templates", "config/toolchain"}},
    {"sim", {"smpp", "templates", "config/toolchain"}},
    {"gateway", {"smpp", "templates", "handlers", "handlers/rules", "store", "config", "config/toolchain"}},
    {"tests",
     {"smpp", "templates", "handlers", "handlers/rules", "store", "config", "config/toolchain", "sim",
      "gateway"}},
};

struct Library {
  std::string_view prefix;  // of what stands between < and >
  Names rooms;              // that may include it; tests may include anything
  bool heavy;               // costs every file that sees it: in .cpp files only
};

const std::vector<Library> kLibraries = {
    {"nlohmann/json_fwd.hpp", {"handlers", "config", "sim", "store", "gateway"}, false},
    {"nlohmann/", {"handlers", "config", "sim", "store", "gateway"}, true},
    {"boost/", {"config/toolchain", "store", "sim", "gateway"}, true},
    {"cppconn/", {"store"}, true},
    {"mysql", {"store"}, true},
    {"hiredis/", {"store"}, false},
    {"unicode/", {"templates"}, true},
    {"phonenumbers/", {"templates"}, true},
    {"yaml-cpp/", {"config", "templates", "sim", "gateway"}, true},
    {"prometheus/", {"gateway"}, true},
    {"spdlog/", {"gateway"}, true},
    {"CLI/", {"gateway", "sim"}, true},
    {"sodium", {"handlers", "config", "gateway"}, false},
    {"openssl/", {"store", "sim", "gateway"}, false},
    {"fmt/", {"templates", "handlers", "store", "config", "sim", "gateway"}, false},
    {"tl/expected.hpp",
     {"smpp", "templates", "handlers/rules", "handlers", "store", "config", "sim", "gateway"},
     false},
};

// Rooms that take time and chance as arguments and do no I/O, and what they therefore have no use for.
const Names kPureRooms = {"smpp", "templates", "handlers/rules", "handlers"};
const Names kImpureHeaders = {"thread",       "mutex",    "condition_variable",
                              "future",       "random",   "iostream",
                              "atomic",       "fstream",  "filesystem",
                              "shared_mutex", "latch",    "semaphore",
                              "ctime",        "unistd.h", "sys/",
                              "netinet/",     "time.h",   "stop_token"};

bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const Room* room_of(std::string_view path) {
  const Room* found = nullptr;
  for (const auto& room : kRooms) {
    const bool inside = path.starts_with(room.folder) && path.substr(room.folder.size()).starts_with('/');
    if (inside && (found == nullptr || room.folder.size() > found->folder.size())) found = &room;
  }
  return found;
}

bool may_know(const Room& room, std::string_view included) {
  const Room* other = room_of(included);
  if (other == &room || contains(room.knows, other->folder)) return true;
  return room.folder == "config" && included.ends_with("/options.hpp");
}

std::string list(const Names& names) {
  std::string result;
  for (const auto name : names) result += (result.empty() ? "" : ", ") + std::string(name);
  return result.empty() ? "nothing but itself and the standard library" : result;
}

// What is wrong with an #include "..."; empty: nothing.
std::string wrong_with_own(const Room& room, const std::string& included) {
  if (room_of(included) == nullptr)
    return "include paths count from the project's root, like \"smpp/pdu.hpp\"";
  if (may_know(room, included)) return "";
  return std::string(room.folder) + "/ may know " + list(room.knows);
}

std::string wrong_with_library(const Room& room, bool header, const std::string& included) {
  for (const auto& library : kLibraries) {
    if (!included.starts_with(library.prefix)) continue;
    if (!contains(library.rooms, room.folder))
      return std::string(room.folder) + "/ does not use this library; it is for " + list(library.rooms);
    if (header && library.heavy && room.folder != "config/toolchain")
      return "too heavy for a header: include it in the .cpp file (Asio: \"config/toolchain/asio.hpp\")";
    return "";
  }
  if (!contains(kPureRooms, room.folder)) return "";
  for (const auto impure : kImpureHeaders) {
    if (included == impure || (impure.ends_with('/') && included.starts_with(impure)))
      return std::string(room.folder) +
             "/ does no I/O and has no clock, chance or threads: take what you need as an argument";
  }
  return "";
}

struct Include {
  std::size_t line = 0;
  bool own = false;  // "x", not <x>
  std::string what;
};

std::vector<Include> includes_of(const std::string& text) {
  std::vector<Include> includes;
  std::istringstream lines(text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::erase(line, ' ');
    constexpr std::string_view kInclude = "#include";
    if (!line.starts_with(kInclude) || line.size() < kInclude.size() + 3) continue;
    const bool own = line[kInclude.size()] == '"';
    const auto begin = kInclude.size() + 1;
    includes.push_back({number, own, line.substr(begin, line.find(own ? '"' : '>', begin) - begin)});
  }
  return includes;
}

// "file:line: includes x: why not" of every line that breaks an arrow.
std::vector<std::string> broken_arrows(const SourceFile& file) {
  const Room* room = room_of(file.path);
  if (room == nullptr) return {file.path + ": is in no room that kRooms names"};
  std::vector<std::string> broken;
  for (const auto& include : includes_of(file.text)) {
    std::string wrong;
    if (include.own)
      wrong = wrong_with_own(*room, include.what);
    else if (room->folder != "tests")
      wrong = wrong_with_library(*room, file.path.ends_with(".hpp"), include.what);
    if (wrong.empty()) continue;
    broken.push_back(file.path + ":" + std::to_string(include.line) + ": includes " + include.what + ": " +
                     wrong);
  }
  return broken;
}

TEST(HouseArrows, every_include_of_the_tree_follows_them) {
  std::size_t files = 0;
  for (const auto& file : project_sources()) {
    ++files;
    for (const auto& message : broken_arrows(file)) ADD_FAILURE() << message;
  }
  EXPECT_GT(files, 20U) << "the tree was not found under " << source_dir();
}

TEST(HouseArrows, every_included_file_of_ours_exists) {
  for (const auto& file : project_sources()) {
    for (const auto& include : includes_of(file.text)) {
      EXPECT_TRUE(!include.own || std::filesystem::exists(source_dir() / include.what))
          << file.path << ":" << include.line << ": " << include.what;
    }
  }
}

struct Example {
  std::string path, include;
  bool allowed;
};

TEST(HouseArrows, tell_a_good_include_from_a_bad_one) {
  const std::vector<Example> examples = {
      {"smpp/pdu.hpp", "\"smpp/tlv.hpp\"", true},
      {"smpp/pdu.hpp", "<cstdint>", true},
      {"smpp/pdu.cpp", "\"templates/gsm7.hpp\"", false},
      {"smpp/pdu.cpp", "<boost/asio/buffer.hpp>", false},
      {"smpp/session.cpp", "<thread>", false},
      {"handlers/redeem.cpp", "\"handlers/rules/lots.hpp\"", true},
      {"handlers/redeem.cpp", "\"store/options.hpp\"", false},
      {"handlers/rules/lots.cpp", "\"handlers/club.hpp\"", false},
      {"handlers/rules/lots.cpp", "<random>", false},
      {"store/mysql/codes.cpp", "\"handlers/facts.hpp\"", true},
      {"store/mysql/codes.cpp", "<cppconn/connection.h>", true},
      {"store/mysql/codes.hpp", "<cppconn/connection.h>", false},
      {"store/mysql/codes.cpp", "\"gateway/options.hpp\"", false},
      {"config/load.cpp", "\"gateway/options.hpp\"", true},
      {"config/load.cpp", "\"gateway/link.hpp\"", false},
      {"sim/smsc.hpp", "\"config/toolchain/asio.hpp\"", true},
      {"sim/smsc.hpp", "<boost/beast/http.hpp>", false},
      {"sim/smsc.cpp", "\"handlers/club.hpp\"", false},
      {"gateway/link.cpp", "\"store/mysql/outbox.hpp\"", true},
      {"gateway/link.cpp", "\"sim/smsc.hpp\"", false},
      {"gateway/link.cpp", "\"link.hpp\"", false},
      {"gateway/http.cpp", "<nlohmann/json.hpp>", true},
      {"gateway/http.hpp", "<nlohmann/json.hpp>", false},
      {"gateway/http.hpp", "<nlohmann/json_fwd.hpp>", true},
      {"tests/unit/x_test.cpp", "\"sim/smsc.hpp\"", true},
      {"tests/unit/x_test.cpp", "<nlohmann/json.hpp>", true},
      {"elsewhere/x.cpp", "<vector>", false},
  };
  for (const auto& example : examples) {
    const auto broken = broken_arrows({example.path, "// first line\n#include " + example.include + "\n"});
    EXPECT_EQ(broken.empty(), example.allowed) << example.path << " includes " << example.include;
  }
}

TEST(HouseArrows, name_file_line_and_what_would_be_right) {
  EXPECT_EQ(broken_arrows({"sim/smsc.cpp", "#include <vector>\n\n#include \"store/options.hpp\"\n"}),
            std::vector<std::string>{"sim/smsc.cpp:3: includes store/options.hpp: "
                                     "sim/ may know smpp, templates, config/toolchain"});
}

}  // namespace
}  // namespace peyk::tests::house_arrows_test
