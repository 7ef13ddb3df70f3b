#include "templates/pattern.hpp"

#include <unicode/messagepattern.h>
#include <unicode/unistr.h>

#include <stdexcept>

namespace peyk::templates {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view utf8)
      : source_(icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())})),
        pattern_(status_) {
    UParseError where{};
    pattern_.parse(source_, &where, status_);
    if (U_FAILURE(status_)) {
      throw std::runtime_error("bad pattern near \"" + utf8_of(icu::UnicodeString(where.postContext)) + "\"");
    }
  }

  PatternBody parse() const { return body(0, {}); }

 private:
  static std::string utf8_of(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
  }

  std::string slice(std::int32_t begin, std::int32_t end) const {
    return utf8_of(source_.tempSubStringBetween(begin, end));
  }

  std::string text_of(const icu::MessagePattern::Part& part) const {
    return utf8_of(pattern_.getSubstring(part));
  }

  // The message whose MSG_START is part `start`; `counted` is the plural argument that '#' stands for.
  PatternBody body(std::int32_t start, const std::string& counted) const {
    PatternBody nodes;
    std::string literal;
    std::int32_t taken = pattern_.getPart(start).getLimit();
    const auto flush = [&] {
      if (!literal.empty()) nodes.push_back({PatternNode::Kind::literal, std::move(literal), {}});
      literal.clear();
    };
    for (std::int32_t i = start + 1;; ++i) {
      const auto& part = pattern_.getPart(i);
      literal += slice(taken, part.getIndex());
      taken = part.getLimit();
      switch (part.getType()) {
        case UMSGPAT_PART_TYPE_MSG_LIMIT:
          flush();
          return nodes;
        case UMSGPAT_PART_TYPE_INSERT_CHAR:
          literal += utf8_of(icu::UnicodeString(static_cast<UChar32>(part.getValue())));
          break;
        case UMSGPAT_PART_TYPE_REPLACE_NUMBER:
          flush();
          nodes.push_back({PatternNode::Kind::number_sign, counted, {}});
          break;
        case UMSGPAT_PART_TYPE_ARG_START: {
          flush();
          nodes.push_back(argument(i, counted));
          i = pattern_.getLimitPartIndex(i);
          taken = pattern_.getPart(i).getLimit();
          break;
        }
        default:
          break;  // SKIP_SYNTAX: the apostrophe of a quotation
      }
    }
  }

  PatternNode argument(std::int32_t start, const std::string& counted) const {
    PatternNode node;
    node.text = text_of(pattern_.getPart(start + 1));
    switch (pattern_.getPart(start).getArgType()) {
      case UMSGPAT_ARG_TYPE_NONE:
        node.kind = PatternNode::Kind::argument;
        return node;
      case UMSGPAT_ARG_TYPE_PLURAL:
        node.kind = PatternNode::Kind::plural;
        break;
      case UMSGPAT_ARG_TYPE_SELECT:
        node.kind = PatternNode::Kind::select;
        break;
      default:
        throw std::runtime_error("argument {" + node.text + "}: only plural and select may follow a name");
    }
    const bool plural = node.kind == PatternNode::Kind::plural;
    const std::int32_t limit = pattern_.getLimitPartIndex(start);
    for (std::int32_t i = start + 2; i < limit; ++i) {
      const auto& part = pattern_.getPart(i);
      if (part.getType() == UMSGPAT_PART_TYPE_ARG_SELECTOR) {
        node.cases.push_back({text_of(part), {}});
      } else if (part.getType() == UMSGPAT_PART_TYPE_MSG_START) {
        node.cases.back().body = body(i, plural ? node.text : counted);
        i = pattern_.getLimitPartIndex(i);
      } else if (node.cases.empty()) {
        throw std::runtime_error("argument {" + node.text + "}: an offset is not supported");
      }
    }
    return node;
  }

  UErrorCode status_ = U_ZERO_ERROR;
  icu::UnicodeString source_;
  icu::MessagePattern pattern_;
};

void collect(const PatternBody& body, std::set<std::string>& names) {
  for (const PatternNode& node : body) {
    if (node.kind != PatternNode::Kind::literal) names.insert(node.text);
    for (const PatternCase& one : node.cases) collect(one.body, names);
  }
}

}  // namespace

PatternBody parse_pattern(std::string_view utf8) {
  return Parser(utf8).parse();
}

std::set<std::string> arguments_of(const PatternBody& body) {
  std::set<std::string> names;
  collect(body, names);
  return names;
}

}  // namespace peyk::templates
