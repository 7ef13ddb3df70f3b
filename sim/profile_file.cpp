#include "sim/profile_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include "sim/hex.hpp"
#include "smpp/status.hpp"
#include "smpp/ussd.hpp"

namespace peyk::sim {
namespace {

using std::chrono::milliseconds;
template <class E>
using Row = std::pair<std::string_view, E>;

constexpr std::size_t kOutcomesMax = 20, kListMax = 1000;
using Content = ReceiptForm::Content;
using Place = ReceiptForm::Place;
using Dialect = ReceiptForm::Dialect;
using Letters = ReceiptForm::Letters;
using Dates = ReceiptForm::Dates;
using Field = ReceiptForm::Field;
using Default = templates::DefaultAlphabet;
using Parts = MoForm::Parts;
using smpp::ReceiptState;

constexpr std::array kIdForms{
    Row<IdForm::Kind>{"decimal", IdForm::Kind::decimal}, Row<IdForm::Kind>{"hex", IdForm::Kind::hex},
    Row<IdForm::Kind>{"HEX", IdForm::Kind::upper_hex}, Row<IdForm::Kind>{"uuid", IdForm::Kind::uuid},
    Row<IdForm::Kind>{"digits23", IdForm::Kind::digits23}};
constexpr std::array kContents{Row<Content>{"both", Content::both}, Row<Content>{"text", Content::text},
                               Row<Content>{"tlvs", Content::tlvs}};
constexpr std::array kPlaces{Row<Place>{"short_message", Place::short_message},
                             Row<Place>{"message_payload", Place::message_payload},
                             Row<Place>{"data_sm", Place::data_sm}};
constexpr std::array kDialects{Row<Dialect>{"appendix_b", Dialect::appendix_b},
                               Row<Dialect>{"comma", Dialect::comma}};
constexpr std::array kLetters{Row<Letters>{"as_is", Letters::as_is}, Row<Letters>{"lower", Letters::lower},
                              Row<Letters>{"upper", Letters::upper}};
constexpr std::array kDates{Row<Dates>{"minutes", Dates::minutes}, Row<Dates>{"seconds", Dates::seconds},
                            Row<Dates>{"century", Dates::century}};
constexpr std::array kFields{Row<Field>{"id", Field::id},
                             Row<Field>{"sub", Field::sub},
                             Row<Field>{"dlvrd", Field::dlvrd},
                             Row<Field>{"submit_date", Field::submit_date},
                             Row<Field>{"done_date", Field::done_date},
                             Row<Field>{"stat", Field::stat},
                             Row<Field>{"err", Field::err},
                             Row<Field>{"text", Field::text}};
constexpr std::array kStates{Row<ReceiptState>{"DELIVRD", ReceiptState::delivered},
                             Row<ReceiptState>{"EXPIRED", ReceiptState::expired},
                             Row<ReceiptState>{"DELETED", ReceiptState::deleted},
                             Row<ReceiptState>{"UNDELIV", ReceiptState::undeliverable},
                             Row<ReceiptState>{"ACCEPTD", ReceiptState::accepted},
                             Row<ReceiptState>{"UNKNOWN", ReceiptState::unknown},
                             Row<ReceiptState>{"REJECTD", ReceiptState::rejected},
                             Row<ReceiptState>{"ENROUTE", ReceiptState::enroute}};
constexpr std::array kErrorBodies{Row<Profile::ErrorBody>{"none", Profile::ErrorBody::none},
                                  Row<Profile::ErrorBody>{"empty", Profile::ErrorBody::empty},
                                  Row<Profile::ErrorBody>{"message_id", Profile::ErrorBody::message_id}};
constexpr std::array kRules{Row<Throttle::Rule>{"any_second", Throttle::Rule::any_second},
                            Row<Throttle::Rule>{"clock_second", Throttle::Rule::clock_second},
                            Row<Throttle::Rule>{"bucket", Throttle::Rule::bucket}};
constexpr std::array kDefaults{Row<Default>{"gsm7", Default::gsm7}, Row<Default>{"latin1", Default::latin1},
                               Row<Default>{"ucs2", Default::ucs2}};
constexpr std::array kParts{Row<Parts>{"udh8", Parts::udh8}, Row<Parts>{"udh16", Parts::udh16},
                            Row<Parts>{"sar", Parts::sar},
                            Row<Parts>{"message_payload", Parts::message_payload}};
// 0: none is said.
constexpr std::array kVersions{Row<std::uint8_t>{"none", std::uint8_t{0}},
                               Row<std::uint8_t>{"3.3", smpp::interface_version::v33},
                               Row<std::uint8_t>{"3.4", smpp::interface_version::v34},
                               Row<std::uint8_t>{"5.0", smpp::interface_version::v50}};

constexpr std::uint32_t kCountMax = 1'000'000'000;

void set_usual(Fault& fault) {
  switch (fault.kind) {
    case FaultKind::respond:
    case FaultKind::nack:
      fault.status = smpp::ESME_RSYSERR;
      break;
    case FaultKind::refuse_binds:
      fault.status = smpp::ESME_RBINDFAIL;
      break;
    case FaultKind::delay_responses:
    case FaultKind::delay_receipts:
      fault.delay = milliseconds(1000);
      break;
    case FaultKind::garbage:
      fault.octets = "HTTP/1.1 400 Bad Request\r\n\r\n";
      break;
    default:
      break;
  }
}

void set_usual_extent(Fault& fault) {
  if (fault.kind == FaultKind::refuse_binds) {
    fault.for_ = milliseconds(5000);
  } else if (fault.kind != FaultKind::ignore_enquire_links) {
    fault.n = 1;
  }
}

void read_id_form(Settings& ids, std::string_view key, IdForm& form) {
  ids.section(key, [&](Settings& one) {
    form = {};
    one.word("form", form.kind, kIdForms);
    one.integer("width", form.width, 0, 64);
  });
}

void read_ids(Settings& settings, Profile& profile) {
  settings.section("ids", [&](Settings& ids) {
    read_id_form(ids, "response", profile.response_ids);
    profile.receipt_ids = profile.response_ids;
    read_id_form(ids, "receipt", profile.receipt_ids);
    profile.tlv_ids = profile.receipt_ids;
    read_id_form(ids, "tlv", profile.tlv_ids);
    std::int64_t reused_after = static_cast<std::int64_t>(profile.ids_reused_after);
    ids.integer("reused_after", reused_after, 0, kCountMax);
    profile.ids_reused_after = static_cast<std::uint64_t>(reused_after);
  });
}

void read_fields(Settings& receipts, std::vector<Field>& fields) {
  std::vector<std::string> names;
  receipts.texts("fields", names, 20);
  if (names.empty()) return;
  fields.clear();
  for (const std::string& name : names) {
    const auto row = std::ranges::find(kFields, name, &Row<Field>::first);
    if (row == kFields.end()) return receipts.mistake("fields", "no such field: \"" + name + "\"");
    fields.push_back(row->second);
  }
}

void read_receipts(Settings& settings, ReceiptForm& form) {
  settings.section("receipts", [&](Settings& receipts) {
    receipts.word("content", form.content, kContents);
    receipts.word("place", form.place, kPlaces);
    receipts.word("dialect", form.dialect, kDialects);
    receipts.word("letters", form.letters, kLetters);
    receipts.word("dates", form.dates, kDates);
    read_fields(receipts, form.fields);
    receipts.text("after_key", form.after_key, 8);
    receipts.text("between", form.between, 8);
    std::string tail;
    if (receipts.text("tail_hex", tail, 64)) {
      const auto octets = from_hex(tail);
      if (!octets) receipts.mistake("tail_hex", "pairs of hexadecimal digits expected");
      form.tail = octets.value_or("");
    }
    receipts.section("words", [&](Settings& words) {
      for (const auto& [name, state] : kStates) {
        std::string word;
        if (words.text(name, word, 30)) form.words.insert(form.words.begin(), {state, word});
      }
    });
    receipts.integer("err_digits", form.err_digits, 1, 8);
    receipts.integer("esm_class", form.esm_class, 0, 255);
    receipts.integer("intermediate_esm_class", form.intermediate_esm_class, 0, 255);
    receipts.integer("data_coding", form.data_coding, 0, 255);
    receipts.boolean("ucs2", form.ucs2);
    receipts.boolean("network_error_code", form.network_error_code);
    receipts.boolean("accepted_first", form.accepted_first);
  });
}

void read_responses(Settings& settings, Profile& profile) {
  settings.section("responses", [&](Settings& responses) {
    responses.milliseconds("latency_ms", profile.latency);
    responses.milliseconds("jitter_ms", profile.jitter);
    responses.word("error_body", profile.error_body, kErrorBodies);
  });
  settings.section("throttle", [&](Settings& throttle) {
    Throttle& rule = profile.throttle;
    throttle.integer("rate", rule.rate, 0, 1'000'000);
    throttle.word("rule", rule.rule, kRules);
    throttle.integer("burst", rule.burst, 1, 1'000'000);
    throttle.integer("status", rule.status, 1, UINT32_MAX);
    throttle.boolean("nack", rule.nack);
    throttle.boolean("counts_refused", rule.counts_refused);
  });
}

void read_contract(Settings& settings, Contract& contract) {
  settings.section("contract", [&](Settings& clauses) {
    clauses.integer("rate", contract.rate, 0, 1'000'000);
    clauses.integer("source_rate", contract.source_rate, 0, 1'000'000);
    clauses.integer("window", contract.window, 0, 1'000'000);
    clauses.integer("sessions", contract.sessions, 0, 1'000'000);
    clauses.texts("sources", contract.sources, kListMax);
    clauses.octets("source_tons", contract.source_tons);
    clauses.octets("source_npis", contract.source_npis);
    clauses.octets("dest_tons", contract.dest_tons);
    clauses.octets("dest_npis", contract.dest_npis);
    clauses.octets("data_codings", contract.data_codings);
    clauses.milliseconds("answer_within_ms", contract.answer_within);
    clauses.milliseconds("parts_within_ms", contract.parts_within);
  });
}

}  // namespace

void read_profile(Settings& settings, Profile& profile) {
  settings.text("name", profile.name, 64);
  settings.word("interface_version", profile.interface_version, kVersions);
  read_ids(settings, profile);
  read_receipts(settings, profile.receipts);
  if (settings.has("outcomes")) profile.outcomes.clear();
  settings.list("outcomes", kOutcomesMax, [&](Settings& one) {
    Outcome& outcome = profile.outcomes.emplace_back();
    one.word("state", outcome.state, kStates);
    one.number("probability", outcome.probability, 0, 1);
    one.integer("err", outcome.error, 0, 9999);
    if (!smpp::is_final(outcome.state)) one.mistake("state", "an outcome is an end");
  });
  read_responses(settings, profile);
  settings.section("mo", [&](Settings& mo) {
    mo.word("default_alphabet", profile.mo.default_alphabet, kDefaults);
    mo.word("parts", profile.mo.parts, kParts);
  });
  settings.text("ussd_profile", profile.ussd_profile, 64);
  if (!profile.ussd_profile.empty() && smpp::find_ussd_profile(profile.ussd_profile) == nullptr) {
    settings.mistake("ussd_profile", "no such profile: \"" + profile.ussd_profile + "\"");
  }
  read_contract(settings, profile.contract);
  if (settings.has("faults")) profile.faults.clear();
  settings.list("faults", Faults::kFaultsMax,
                [&](Settings& one) { read_fault(one, profile.faults.emplace_back()); });
}

void read_fault(Settings& settings, Fault& fault) {
  std::string what, hex;
  settings.text("what", what);
  const auto kind = what == "throttle" ? FaultKind::respond : fault_kind(what);
  if (!kind) settings.mistake("what", "no such fault: \"" + what + "\"");
  fault.kind = kind.value_or(FaultKind::respond);
  set_usual(fault);
  if (what == "throttle") fault.status = smpp::ESME_RTHROTTLED;
  const bool limited = settings.has("n") || settings.has("probability") || settings.has("for_ms");
  if (!limited) set_usual_extent(fault);
  settings.integer("n", fault.n, 1, kCountMax);
  settings.number("probability", fault.probability, 0, 1);
  settings.milliseconds("after_ms", fault.after);
  settings.milliseconds("for_ms", fault.for_);
  settings.integer("status", fault.status, 0, UINT32_MAX);
  settings.milliseconds("ms", fault.delay);
  settings.integer("octets_per_second", fault.octets_per_second, 1, kCountMax);
  settings.integer("part", fault.part, 1, 255);
  settings.text("to", fault.to, 64);
  if (settings.text("hex", hex, 4096)) {
    auto octets = from_hex(hex);
    if (!octets) settings.mistake("hex", "pairs of hexadecimal digits expected");
    fault.octets = std::move(octets).value_or("");
  }
}

tl::expected<Fault, std::string> parse_fault(std::string_view yaml) {
  Fault fault;
  const auto mistakes = read_settings(yaml, "fault", [&](Settings& root) { read_fault(root, fault); });
  if (!mistakes.empty()) return tl::unexpected(fmt::format("{}", fmt::join(mistakes, "\n")));
  return fault;
}

tl::expected<Profile, std::string> parse_profile(std::string_view yaml, const std::string& file,
                                                 const Profile& basis) {
  Profile profile = basis;
  const auto mistakes = read_settings(yaml, file, [&](Settings& root) { read_profile(root, profile); });
  if (!mistakes.empty()) return tl::unexpected(fmt::format("{}", fmt::join(mistakes, "\n")));
  return profile;
}

tl::expected<Profile, std::string> load_profile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return tl::unexpected(path + ": cannot be read");
  const std::string yaml{std::istreambuf_iterator<char>(file), {}};
  return parse_profile(yaml, path);
}

}  // namespace peyk::sim
