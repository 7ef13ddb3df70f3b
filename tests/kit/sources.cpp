#include "tests/kit/sources.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "tests/kit/paths.hpp"

namespace peyk::tests {

namespace {

constexpr std::array kRooms = {"smpp", "templates", "handlers", "store", "config", "sim", "gateway", "tests"};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Where the thing that begins at `at` ends (one past it): a comment, a literal, or one character of code.
std::size_t end_of_line_comment(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

std::size_t end_of_block_comment(std::string_view text, std::size_t at) {
  const auto end = text.find("*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

std::size_t end_of_raw_string(std::string_view text, std::size_t quote) {
  const auto open = text.find('(', quote);
  if (open == std::string_view::npos) return text.size();
  const std::string close = ")" + std::string(text.substr(quote + 1, open - quote - 1)) + "\"";
  const auto end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == text[at] || text[i] == '\n')
      return i + 1;
  }
  return text.size();
}

std::size_t end_of_blank(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  const char before = at == 0 ? ' ' : text[at - 1];
  if (rest.starts_with("//")) return end_of_line_comment(text, at);
  if (rest.starts_with("/*")) return end_of_block_comment(text, at);
  if (rest.starts_with("R\"") && !is_word(before)) return end_of_raw_string(text, at + 1);
  if (rest[0] == '"') return end_of_quoted(text, at);
  if (rest[0] == '\'' && !is_word(before)) return end_of_quoted(text, at);  // not the ' of 1'000
  return at;
}

}  // namespace

std::vector<SourceFile> project_files(const std::vector<std::string>& extensions) {
  namespace fs = std::filesystem;
  std::vector<SourceFile> files;
  for (const char* room : kRooms) {
    for (const auto& entry : fs::recursive_directory_iterator(source_dir() / room)) {
      const auto& path = entry.path();
      if (!entry.is_regular_file() || path.string().find("/node_modules/") != std::string::npos) continue;
      if (std::ranges::find(extensions, path.extension().string()) == extensions.end()) continue;
      files.push_back({fs::relative(path, source_dir()).generic_string(), read_file(path)});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<SourceFile> project_sources() {
  return project_files({".hpp", ".cpp"});
}

std::string only_code(std::string_view text) {
  std::string code(text);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = end_of_blank(text, at);
    for (auto i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

}  // namespace peyk::tests
