// The document as a page: what it is, then each operation with its parameters, bodies, answers and examples,
// then the schemas. Plain HTML; every text of the document is escaped before it is put in.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "gateway/http/openapi.hpp"

namespace peyk::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1d2530;--dim:#5b6675;--line:#dfe4ea;--soft:#f5f7f9;--paper:#fff;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ink:#e3e8ee;--dim:#98a4b3;--line:#323b46;--soft:#1d242c;--paper:#14191f;--link:#7ab8ff}}
*{box-sizing:border-box}html{scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"Segoe UI",sans-serif;
display:grid;grid-template-columns:19rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;border-right:1px solid var(--line);
font-size:.85rem;background:var(--soft)}
nav h2{font-size:.75rem;text-transform:uppercase;letter-spacing:.06em;color:var(--dim);margin:1.4rem 0 .3rem}
nav a{display:block;padding:.15rem 0;color:inherit;text-decoration:none;overflow-wrap:anywhere}nav a:hover{color:var(--link)}
main{padding:2rem clamp(1rem,4vw,3.5rem);max-width:64rem}a{color:var(--link)}
h1{margin:0 0 .2rem;font-size:1.8rem}section{border-top:1px solid var(--line);margin-top:2.5rem;padding-top:1.5rem}
h2{font-size:1.25rem;margin:0}h3{font-size:1.05rem;margin:0 0 .4rem}h4{margin:1.4rem 0 .4rem;font-size:.8rem;
text-transform:uppercase;letter-spacing:.06em;color:var(--dim)}
code,pre{font:.86em/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow:auto;margin:.4rem 0}
p code,td code,li code{background:var(--soft);border-radius:4px;padding:.05em .3em}
.verb{display:inline-block;min-width:4.2em;font-weight:700;font-size:.72rem;letter-spacing:.04em}
.get{color:#1a7f4b}.post{color:#0b5cad}.patch,.put{color:#a15c00}.delete{color:#b3261e}
@media(prefers-color-scheme:dark){.get{color:#5fd39a}.post{color:#7ab8ff}.patch,.put{color:#f0b35a}.delete{color:#ff8a80}}
table{border-collapse:collapse;width:100%;font-size:.92rem}th{text-align:left;color:var(--dim);font-weight:600}
td,th{padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td:first-child{white-space:nowrap}.dim{color:var(--dim)}details{margin:.3rem 0}summary{cursor:pointer;color:var(--dim)}
@media(max-width:60rem){body{display:block}nav{position:static;height:auto;border:0}td:first-child{white-space:normal}}
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

// `code` and **strong** of an escaped text.
std::string with_marks(std::string text) {
  const auto mark = [&text](std::string_view sign, std::string_view open, std::string_view close) {
    bool inside = false;
    for (std::size_t at = text.find(sign); at != std::string::npos; at = text.find(sign, at)) {
      const std::string_view tag = inside ? close : open;
      text.replace(at, sign.size(), tag);
      at += tag.size();
      inside = !inside;
    }
    if (inside) text += close;
  };
  mark("`", "<code>", "</code>");
  mark("**", "<strong>", "</strong>");
  return text;
}

std::string inline_text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? "" : with_marks(escaped(found->get<std::string>()));
}

// Paragraphs are parted by empty lines.
std::string paragraphs(const Json& object) {
  const auto found = object.find("description");
  if (found == object.end()) return "";
  std::string_view rest = found->get_ref<const std::string&>();
  std::string html;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find("\n\n"));
    rest.remove_prefix(std::min(rest.size(), one.size() + 2));
    if (!one.empty()) html += "<p>" + with_marks(escaped(one)) + "</p>\n";
  }
  return html;
}

class Page {
 public:
  explicit Page(const Json& document) : document_(document) {}

  std::string html() const {
    const Json& info = document_.at("info");
    const std::string title = inline_text(info, "title");
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">\n<title>{0}</title>\n<style>{1}</style></head>\n"
        "<body>\n<nav><strong>{0}</strong><br><span "
        "class=\"dim\">{2}</span>\n{3}</nav>\n<main>\n<h1>{0}</h1>\n"
        "<p class=\"dim\">{4} The same for machines: <a "
        "href=\"v1/openapi.json\">openapi.json</a></p>\n{5}\n{6}\n"
        "{7}</main>\n</body></html>\n",
        title, kStyle, inline_text(info, "version"), navigation(), inline_text(info, "summary"),
        paragraphs(info), operations(), schemas());
  }

 private:
  // What a "#/a/b" of the document names, or the object itself.
  const Json& resolved(const Json& object) const {
    const auto ref = object.find("$ref");
    if (ref == object.end()) return object;
    return document_.at(Json::json_pointer(ref->get<std::string>().substr(1)));
  }

  template <typename Visit>
  void each_operation(Visit visit) const {
    for (const auto& [path, item] : document_.at("paths").items()) {
      for (const auto& [verb, operation] : item.items()) visit(path, verb, operation);
    }
  }

  std::string navigation() const {
    std::map<std::string, std::string> of_tag;
    each_operation([&](const std::string& path, const std::string& verb, const Json& operation) {
      of_tag[operation.at("tags").at(0).get<std::string>()] += fmt::format(
          "<a href=\"#{}\"><span class=\"verb {}\">{}</span>{}</a>\n",
          escaped(operation.at("operationId").get<std::string>()), verb, upper(verb), escaped(path));
    });
    std::string html;
    for (const Json& tag : document_.at("tags")) {
      html +=
          "<h2>" + inline_text(tag, "description") + "</h2>\n" + of_tag[tag.at("name").get<std::string>()];
    }
    return html + "<h2><a href=\"#schemas\">Schemas</a></h2>\n";
  }

  static std::string upper(std::string verb) {
    for (char& c : verb) c = static_cast<char>(c - 'a' + 'A');
    return verb;
  }

  std::string operations() const {
    std::string html;
    each_operation([&](const std::string& path, const std::string& verb, const Json& operation) {
      html += fmt::format(
          "<section id=\"{}\">\n<h2><span class=\"verb {}\">{}</span> <code>{}</code></h2>\n<p><strong>{}"
          "</strong></p>\n{}{}{}{}</section>\n",
          escaped(operation.at("operationId").get<std::string>()), verb, upper(verb), escaped(path),
          inline_text(operation, "summary"), paragraphs(operation), parameters(operation), request(operation),
          responses(operation));
    });
    return html;
  }

  // The four headers of the signature stand in one line: they are the same everywhere.
  std::string parameters(const Json& operation) const {
    std::string rows;
    bool is_signed = false;
    if (const auto all = operation.find("parameters"); all != operation.end()) {
      for (const Json& one : *all) {
        const Json& parameter = resolved(one);
        const std::string name = parameter.at("name").get<std::string>();
        if (name.starts_with("webhook-") || name == "peyk-key") {
          is_signed = true;
          continue;
        }
        rows += fmt::format("<tr><td><code>{}</code></td><td class=\"dim\">{}{}</td><td>{} {}</td></tr>\n",
                            escaped(name), escaped(parameter.at("in").get<std::string>()),
                            parameter.value("required", false) ? ", required" : "",
                            inline_text(parameter, "description"), type_of(parameter.at("schema")));
      }
    }
    std::string html = is_signed ? "<p class=\"dim\">Signed: <code>peyk-key</code>, <code>webhook-id</code>, "
                                   "<code>webhook-timestamp</code>, <code>webhook-signature</code></p>\n"
                                 : "<p class=\"dim\">Not signed</p>\n";
    if (!rows.empty()) html += "<h4>Parameters</h4>\n<table>" + rows + "</table>\n";
    return html;
  }

  std::string request(const Json& operation) const {
    const auto body = operation.find("requestBody");
    return body == operation.end() ? "" : "<h4>Body</h4>\n" + contents(*body);
  }

  std::string responses(const Json& operation) const {
    std::string html = "<h4>Answers</h4>\n<table>";
    for (const auto& [status, one] : operation.at("responses").items()) {
      const Json& response = resolved(one);
      const bool problem = status >= "400";
      html += fmt::format("<tr><td><code>{}</code></td><td>{}{}</td></tr>\n", escaped(status),
                          inline_text(response, "description"), problem ? "" : contents(response));
    }
    return html + "</table>\n";
  }

  // Of a body or an answer: its schema by name, and the examples.
  std::string contents(const Json& holder) const {
    std::string html;
    const auto content = holder.find("content");
    if (content == holder.end()) return html;
    for (const auto& [type, one] : content->items()) {
      if (one.contains("schema"))
        html += fmt::format("<div class=\"dim\">{}: {}</div>\n", escaped(type), type_of(one.at("schema")));
      const auto examples = one.find("examples");
      if (examples == one.end()) continue;
      for (const auto& [name, example] : examples->items())
        html += "<pre>" + escaped(example.at("value").dump(2)) + "</pre>\n";
    }
    return html;
  }

  std::string schemas() const {
    std::string html = "<section id=\"schemas\"><h2>Schemas</h2>\n";
    for (const auto& [name, schema] : document_.at("components").at("schemas").items()) {
      html += fmt::format("<section id=\"schema-{0}\"><h3>{0}</h3>\n", escaped(name));
      html += fmt::format("<p>{} {}</p>\n", inline_text(schema, "description"), type_of(schema));
      html += "<table>" + properties(schema, "") + "</table></section>\n";
    }
    return html + "</section>\n";
  }

  // A row for each property, those of inner objects too.
  std::string properties(const Json& schema, const std::string& prefix) const {
    std::string rows;
    const auto all = schema.find("properties");
    if (all != schema.end()) {
      for (const auto& [name, one] : all->items()) {
        rows += fmt::format("<tr><td><code>{}</code></td><td>{} {}</td></tr>\n", escaped(prefix + name),
                            type_of(one), inline_text(one, "description"));
        rows += properties(one, prefix + name + ".");
      }
    }
    if (const auto items = schema.find("items"); items != schema.end())
      rows += properties(*items, prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1) + "[].");
    if (const auto parts = schema.find("allOf"); parts != schema.end()) {
      for (const Json& part : *parts) rows += properties(resolved(part), prefix);
    }
    return rows;
  }

  // "integer, 1 to 100", "Phone", "list of Lane", in a few words.
  std::string type_of(const Json& schema) const {
    if (const auto ref = schema.find("$ref"); ref != schema.end()) {
      const std::string name =
          escaped(ref->get<std::string>().substr(ref->get<std::string>().rfind('/') + 1));
      return fmt::format("<a href=\"#schema-{0}\">{0}</a>", name);
    }
    if (const auto choices = schema.find("oneOf"); choices != schema.end() && !schema.contains("type")) {
      std::string words;
      for (const Json& one : *choices) words += (words.empty() ? "" : " or ") + type_of(one);
      return words;
    }
    if (const auto values = schema.find("enum"); values != schema.end()) {
      std::string words;
      for (const Json& value : *values)
        words += (words.empty() ? "" : ", ") + ("<code>" + escaped(value.dump()) + "</code>");
      return "one of " + words;
    }
    if (const auto value = schema.find("const"); value != schema.end())
      return "<code>" + escaped(value->dump()) + "</code>";
    return "<span class=\"dim\">" + escaped(plain_type(schema)) + "</span>" + items_of(schema);
  }

  std::string items_of(const Json& schema) const {
    const auto items = schema.find("items");
    return items == schema.end() || !items->contains("$ref") ? "" : " of " + type_of(*items);
  }

  static std::string plain_type(const Json& schema) {
    std::string words;
    if (const auto type = schema.find("type"); type != schema.end()) {
      if (type->is_string()) {
        words = type->get<std::string>();
      } else {
        for (const Json& one : *type) words += (words.empty() ? "" : " or ") + one.get<std::string>();
      }
    }
    const std::pair<const char*, const char*> limits[] = {
        {"format", ""},          {"minimum", "from "},      {"maximum", "to "},
        {"default", "default "}, {"maxLength", "at most "}, {"maxItems", "at most "}};
    for (const auto& [name, word] : limits) {
      const auto limit = schema.find(name);
      if (limit == schema.end()) continue;
      words += (words.empty() ? "" : ", ") + std::string(word) +
               (limit->is_string() ? limit->get<std::string>() : limit->dump());
    }
    return words;
  }

  const Json& document_;
};

}  // namespace

std::string openapi_page(const Json& document) {
  return Page(document).html();
}

}  // namespace peyk::gateway
