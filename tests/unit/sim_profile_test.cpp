// Profiles: what they say about ids, receipts, rates and texts, how they are read, and that every sample in
// sim/profiles/ loads and carries traffic.
#include "tests/unit/sim_carrier_kit.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "sim/profile_file.hpp"
#include "sim/throttle.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::tests::sim_profile_test {
namespace {

using namespace std::chrono_literals;
using sim::IdForm;
using sim::Profile;
using sim::ReceiptForm;

TEST(MessageIds, have_the_form_of_the_carrier_and_are_read_back) {
  struct Row {
    IdForm form;
    std::string text;
  };
  const std::uint64_t number = 1891273321;
  for (const Row& row :
       {Row{{IdForm::Kind::decimal, 0}, "1891273321"}, Row{{IdForm::Kind::decimal, 12}, "001891273321"},
        Row{{IdForm::Kind::hex, 0}, "70ba8a69"}, Row{{IdForm::Kind::upper_hex, 10}, "0070BA8A69"},
        Row{{IdForm::Kind::uuid, 0}, "00000000-0000-4b6f-8579-000070ba8a69"},
        Row{{IdForm::Kind::digits23, 0}, "20261000000001891273321"}}) {
    EXPECT_EQ(sim::format_id(row.form, number), row.text);
    EXPECT_EQ(sim::read_id(row.form, row.text), number);
    EXPECT_EQ(sim::read_id(row.form, row.text + "z"), std::nullopt);
    EXPECT_EQ(sim::read_id(row.form, ""), std::nullopt);
  }
  const std::uint64_t now_us = 1'795'000'000'000'000;
  for (const auto kind :
       {IdForm::Kind::decimal, IdForm::Kind::hex, IdForm::Kind::uuid, IdForm::Kind::digits23}) {
    EXPECT_EQ(sim::read_id({kind, 0}, sim::format_id({kind, 0}, now_us)), now_us);
  }
  EXPECT_EQ(sim::read_id({IdForm::Kind::hex, 0}, "70BA8A69"), std::nullopt);
}

sim::ReceiptFacts facts() {
  sim::ReceiptFacts facts;
  facts.id = "17";
  facts.tlv_id = "11";
  facts.error = 5;
  facts.submitted_at = facts.done_at = 1'760'000'000;
  facts.text = "Thank you for your purchase";
  return facts;
}

smpp::SubmitSm a_submit() {
  smpp::SubmitSm submit_sm;
  submit_sm.source_addr = kLine;
  submit_sm.destination_addr = kPhone;
  return submit_sm;
}

TEST(ReceiptForms, are_read_as_the_same_facts_in_every_dialect) {
  for (const auto content : {ReceiptForm::Content::both, ReceiptForm::Content::text}) {
    for (const auto letters :
         {ReceiptForm::Letters::as_is, ReceiptForm::Letters::lower, ReceiptForm::Letters::upper}) {
      for (const auto place : {ReceiptForm::Place::short_message, ReceiptForm::Place::message_payload,
                               ReceiptForm::Place::data_sm}) {
        for (const bool ucs2 : {false, true}) {
          ReceiptForm form;
          form.content = content;
          form.letters = letters;
          form.place = place;
          form.ucs2 = ucs2;
          form.data_coding = ucs2 ? 8 : 0;
          form.dates = ReceiptForm::Dates::seconds;
          const smpp::Body body = sim::make_receipt(form, facts(), a_submit());
          const auto* data_sm = std::get_if<smpp::DataSm>(&body);
          const auto receipt =
              data_sm ? smpp::parse_receipt(*data_sm) : smpp::parse_receipt(std::get<smpp::DeliverSm>(body));
          ASSERT_TRUE(receipt.has_value());
          EXPECT_EQ(receipt->id, content == ReceiptForm::Content::both ? "11" : "17");
          EXPECT_EQ(receipt->state, smpp::ReceiptState::delivered);
          EXPECT_EQ(receipt->done_date.size(), 12U);
        }
      }
    }
  }
}

TEST(ReceiptForms, write_what_the_profile_says) {
  ReceiptForm form;
  form.fields = {ReceiptForm::Field::id, ReceiptForm::Field::err, ReceiptForm::Field::stat};
  form.words = {{smpp::ReceiptState::delivered, "DELIVERED"}};
  form.err_digits = 1;
  EXPECT_EQ(sim::receipt_text(form, facts(), a_submit()), "id:17 err:5 stat:DELIVERED");
  form.letters = ReceiptForm::Letters::lower;
  form.after_key = ": ";
  form.between = "\n";
  form.tail = std::string(1, '\0');
  EXPECT_EQ(sim::receipt_text(form, facts(), a_submit()),
            std::string("id: 17\nerr: 5\nstat: delivered\0", 30));
  form = {};
  EXPECT_TRUE(sim::receipt_text(form, facts(), a_submit())
                  .ends_with("stat:DELIVRD err:005 text:Thank you for your p"));
  form.dialect = ReceiptForm::Dialect::comma;
  const std::string comma = sim::receipt_text(form, facts(), a_submit());
  EXPECT_TRUE(comma.starts_with("DELIVRD,")) << comma;
  EXPECT_TRUE(comma.ends_with(",5,989121234567,30001234,17")) << comma;
  form = {};
  form.content = ReceiptForm::Content::tlvs;
  form.network_error_code = true;
  form.esm_class = 0x44;
  const auto pdu = std::get<smpp::DeliverSm>(sim::make_receipt(form, facts(), a_submit()));
  EXPECT_EQ(pdu.short_message, "");
  EXPECT_EQ(pdu.esm_class, 0x44);
  EXPECT_EQ(smpp::get_c_string(pdu.tlvs, smpp::tag::receipted_message_id), "11");
  EXPECT_EQ(smpp::get_octets(pdu.tlvs, smpp::tag::network_error_code), std::string_view("\x03\x00\x05", 3));
}

class AProfile : public TheCarrier {
 protected:
  void take(const std::string& yaml) {
    auto profile = sim::parse_profile(yaml, "test");
    ASSERT_TRUE(profile.has_value()) << profile.error();
    carrier_.set_profile(std::move(*profile), now_);
  }
  static smpp::SubmitSm asking(const std::string& text = "x") {
    smpp::SubmitSm submit_sm = submit_of(text);
    submit_sm.registered_delivery = 1;
    return submit_sm;
  }
  std::string id_of_submit(Esme& esme) {
    return std::get<smpp::SubmitSmResp>(submit(esme, asking()).value().body).message_id;
  }
};

TEST_F(AProfile, namesAMessageInOneBaseAndItsReceiptInAnother) {
  take("ids: {response: {form: HEX}, receipt: {form: decimal, width: 10}, tlv: {form: hex}}");
  Esme& esme = bound();
  EXPECT_EQ(id_of_submit(esme), "3E8");
  wait(100ms);
  const auto told = esme.requests();
  const auto receipt = smpp::parse_receipt(deliver_of(told.at(0)));
  EXPECT_EQ(receipt->id, "3e8");
  EXPECT_EQ(receipt->text_id, "0000001000");
}

TEST_F(AProfile, givesIdsAgain) {
  take("ids: {reused_after: 3}");
  Esme& esme = bound();
  std::set<std::string> ids;
  for (int i = 0; i < 9; ++i) ids.insert(id_of_submit(esme));
  EXPECT_EQ(ids, (std::set<std::string>{"1", "2", "3"}));
  smpp::QuerySm query;
  query.message_id = "2";
  query.source_addr = kLine;
  EXPECT_EQ(carrier_.centre().query(0, query).status, 0U);
  query.message_id = "4";
  EXPECT_EQ(carrier_.centre().query(0, query).status, smpp::ESME_RINVMSGID);
}

TEST_F(AProfile, ofAnOldCarrierSaysNoVersion) {
  take("interface_version: none");
  Esme& old = bound();
  EXPECT_EQ(old.find<smpp::Bound>()->sc_interface_version, std::nullopt);
  take("interface_version: 5.0");
  EXPECT_EQ(bound().find<smpp::Bound>()->sc_interface_version, 0x50);
}

TEST_F(AProfile, answersLateAndWithABodyWhereItSaysSo) {
  take("responses: {latency_ms: 200, jitter_ms: 100, error_body: message_id}");
  Esme& esme = bound();
  EXPECT_FALSE(submit(esme, submit_of("x")).has_value());
  wait(199ms);
  EXPECT_EQ(esme.find<smpp::Response>(), nullptr);
  wait(101ms);
  EXPECT_NE(esme.find<smpp::Response>(), nullptr);

  take("responses: {error_body: message_id}");
  add({.kind = FaultKind::respond, .n = 1, .status = smpp::ESME_RSYSERR});
  const auto refused = submit(esme, submit_of("x")).value();
  EXPECT_EQ(refused.command_status, smpp::ESME_RSYSERR);
  const sim::RecordedPdu* last = record_.last(1).at(0);
  EXPECT_GT(last->octets_total, 17U);
  take("responses: {error_body: none}");
  add({.kind = FaultKind::respond, .n = 1, .status = smpp::ESME_RSYSERR});
  submit(esme, submit_of("x"));
  EXPECT_EQ(record_.last(1).at(0)->octets_total, 16U);
}

TEST_F(AProfile, throttlesAsItsRuleSays) {
  take("throttle: {rate: 2, status: 0x14}");
  Esme& esme = bound();
  const auto statuses = [&](int n) {
    std::vector<std::uint32_t> all;
    for (int i = 0; i < n; ++i) all.push_back(status_of_submit(esme));
    return all;
  };
  EXPECT_EQ(statuses(3), (std::vector<std::uint32_t>{0, 0, smpp::ESME_RMSGQFUL}));
  now_ += 999ms;
  EXPECT_EQ(statuses(1), std::vector<std::uint32_t>{smpp::ESME_RMSGQFUL});
  now_ += 1ms;
  EXPECT_EQ(statuses(3), (std::vector<std::uint32_t>{0, 0, smpp::ESME_RMSGQFUL}));
  EXPECT_EQ(carrier_.counts().throttled, 3U);
  EXPECT_EQ(inbox().size(), 4U);

  take("throttle: {rate: 1, nack: true}");
  submit(esme, submit_of("x"));
  EXPECT_EQ(submit(esme, submit_of("x")).value().command_id, smpp::CommandId::generic_nack);
}

TEST(RateLimits, have_three_rules_and_a_way_to_be_hard) {
  const auto passed = [](const sim::Throttle& throttle, const std::vector<int>& at_ms) {
    sim::RateLimit limit;
    std::string result;
    for (const int at : at_ms) {
      result += limit.allows(throttle, sim::Time(1h) + std::chrono::milliseconds(at)) ? 'y' : 'n';
    }
    return result;
  };
  using Rule = sim::Throttle::Rule;
  EXPECT_EQ(passed({.rate = 0}, {0, 0, 0}), "yyy");
  EXPECT_EQ(passed({.rate = 2, .rule = Rule::any_second}, {900, 950, 1000, 1900, 1949, 1950}), "yynyny");
  EXPECT_EQ(passed({.rate = 2, .rule = Rule::clock_second}, {900, 950, 960, 1000, 1001, 1002}), "yynyyn");
  EXPECT_EQ(passed({.rate = 2, .rule = Rule::bucket, .burst = 3}, {0, 0, 0, 0, 500, 501, 1000}), "yyynyny");
  EXPECT_EQ(
      passed({.rate = 2, .rule = Rule::any_second, .counts_refused = true}, {0, 0, 500, 1000, 1400, 2600}),
      "yynyny");
}

TEST_F(AProfile, decidesWhatBecomesOfTexts) {
  take("outcomes: [{state: REJECTD, probability: 1, err: 3}]");
  Esme& esme = bound();
  submit(esme, asking());
  EXPECT_TRUE(inbox().empty());
  wait(100ms);
  EXPECT_EQ(smpp::parse_receipt(deliver_of(esme.requests().at(0)))->state, smpp::ReceiptState::rejected);
}

TEST_F(AProfile, tellsOfAcceptanceFirstWhereItDoes) {
  take("receipts: {accepted_first: true}");
  Esme& esme = bound();
  submit(esme, submit_of("nobody asked"));
  wait(100ms);
  const auto told = esme.requests();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(smpp::parse_receipt(deliver_of(told[0]))->state, smpp::ReceiptState::accepted);
}

TEST_F(AProfile, writesTextsOfPhonesInItsOwnWay) {
  std::string long_text;
  for (int i = 0; i < 40; ++i) long_text += "café ";
  struct Row {
    std::string yaml, text;
    std::size_t parts;
    int data_coding;
    templates::DefaultAlphabet alphabet;
  };
  using templates::DefaultAlphabet;
  for (const Row& row :
       {Row{"mo: {default_alphabet: latin1}", "ça va", 1, 0, DefaultAlphabet::latin1},
        Row{"mo: {default_alphabet: latin1}", "سلام", 1, 8, DefaultAlphabet::latin1},
        Row{"mo: {default_alphabet: latin1, parts: sar}", long_text, 2, 0, DefaultAlphabet::latin1},
        Row{"mo: {default_alphabet: ucs2}", "سلام", 1, 0, DefaultAlphabet::ucs2},
        Row{"mo: {parts: udh16}", long_text, 2, 0, DefaultAlphabet::gsm7},
        Row{"mo: {parts: message_payload}", long_text, 1, 0, DefaultAlphabet::gsm7}}) {
    take(row.yaml);
    Esme& esme = bound();
    send(row.text);
    const auto requests = esme.requests();
    ASSERT_EQ(requests.size(), row.parts) << row.yaml;
    std::string octets;
    for (const smpp::Pdu& request : requests) {
      const auto part = smpp::read_message(deliver_of(request));
      ASSERT_TRUE(part.has_value());
      EXPECT_EQ(part->part.has_value(), row.parts > 1) << row.yaml;
      octets += part->text;
      EXPECT_EQ(deliver_of(request).data_coding, row.data_coding);
      answer(esme, request);
    }
    EXPECT_EQ(templates::decode(octets, static_cast<std::uint8_t>(row.data_coding), row.alphabet), row.text)
        << row.yaml;
    carrier_.closed(esme.link, now_);
    std::erase_if(esmes_, [](const auto&) { return true; });
  }
}

TEST(ProfileFiles, are_refused_with_file_line_and_key) {
  struct Row {
    std::string yaml, mistake;
  };
  for (const Row& row :
       {Row{"naem: x", "p.yaml:1: naem: unknown key; allowed: name"},
        Row{"name: x\nids:\n  response: {form: octal}",
            "p.yaml:3: ids.response.form: found \"octal\"; allowed: decimal"},
        Row{"throttle: {rate: -1}", "throttle.rate: found \"-1\"; allowed: 0 to 1000000"},
        Row{"faults:\n  - {what: nack}\n  - {what: magic}",
            "p.yaml:3: faults[1].what: no such fault: \"magic\""},
        Row{"faults: {what: nack}", "faults: a list of up to 100 maps expected"},
        Row{"name: x\nname: y", "name: given twice"},
        Row{"receipts: {fields: [id, when]}", "no such field: \"when\""},
        Row{"receipts: {ucs2: yes}", "allowed: true, false"},
        Row{"outcomes: [{state: ACCEPTD}]", "an outcome is an end"},
        Row{"contract: {dest_tons: [300]}", "found \"300\"; allowed: 0 to 255"},
        Row{"ussd_profile: nobody's", "no such profile"}, Row{"responses: {latency_ms: 1s}", "found \"1s\""},
        Row{"name: [", "p.yaml:"}, Row{"", "p.yaml: lines of `key: value` expected"},
        Row{"name: x\n---\nname: y", "one document"}}) {
    const auto profile = sim::parse_profile(row.yaml, "p.yaml");
    ASSERT_FALSE(profile.has_value()) << row.yaml;
    EXPECT_NE(profile.error().find(row.mistake), std::string::npos) << profile.error();
  }
}

TEST(ProfileFiles, tell_every_mistake_at_once_and_keep_what_is_not_named) {
  EXPECT_EQ(std::ranges::count(sim::parse_profile("a: 1\nb: 2\nc: 3", "p").error(), '\n'), 2);
  Profile basis;
  basis.throttle.rate = 7;
  const auto profile = sim::parse_profile("name: more", "p", basis);
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->throttle.rate, 7U);
  EXPECT_EQ(profile->name, "more");
}

class EachProfile : public TheCarrier, public testing::WithParamInterface<std::string> {};

// 300 texts each way through a carrier that may do anything of what its profile says, by an esme that binds
// again when it is thrown out. What must hold in spite of all: nothing crashes, texts arrive, and a run with
// the same seed is the same run.
TEST_P(EachProfile, carries_traffic) {
  const auto profile = sim::load_profile((source_dir() / "sim/profiles" / GetParam()).string());
  ASSERT_TRUE(profile.has_value()) << profile.error();
  const auto run = [&] {
    sim::Record record{10, 64};
    Carrier carrier{options_, record, 1000};
    carrier.set_profile(*profile, now_);
    std::string story;
    sim::Time now = now_;
    std::optional<sim::LinkId> link;
    smpp::Session session{smpp::SessionOptions{}};
    std::uint64_t heard = 0, responses = 0;
    const auto pass = [&](std::chrono::milliseconds time) {
      now += time;
      carrier.tick(now);
      if (link) {
        carrier.feed(*link, std::exchange(session.output(), {}), now);
        std::string down;
        carrier.take_output(*link, down, now);
        session.feed(down, now);
        story += std::to_string(down.size()) + ",";
      }
      smpp::Event event;
      while (session.next_event(event)) {
        if (const auto* request = std::get_if<smpp::Request>(&event)) {
          ++heard;
          session.respond(request->pdu.sequence_number, request->pdu.command_id, 0,
                          request->pdu.command_id == smpp::CommandId::deliver_sm
                              ? smpp::Body(smpp::DeliverSmResp{})
                              : smpp::Body(smpp::DataSmResp{}),
                          now);
        }
        responses += std::holds_alternative<smpp::Response>(event) ? 1 : 0;
      }
    };
    for (int i = 0; i < 300; ++i) {
      const bool lost = link && (carrier.finished(*link) || !session.is_bound() || i % 50 == 0);
      if (!link || lost) {
        if (link) carrier.closed(*link, now);
        link = carrier.opened(now);
        session = smpp::Session{smpp::SessionOptions{}};
        session.connected(now);
        smpp::Bind fields;
        fields.system_id = "peyk";
        fields.password = "secret";
        session.bind(smpp::BindKind::transceiver, fields, now);
        pass(1ms);
        pass(1ms);
      }
      smpp::SubmitSm submit_sm = submit_of("text " + std::to_string(i));
      submit_sm.registered_delivery = 1;
      static_cast<void>(session.request(submit_sm, static_cast<std::uint64_t>(i), now));
      carrier.send_text({std::string(kPhone), std::string(kLine), "MO"}, nullptr, now);
      pass(50ms);
      pass(50ms);
    }
    for (int i = 0; i < 50; ++i) pass(100ms);
    EXPECT_GT(carrier.texts().of(kPhone, 0, 1000).size(), 100U);
    EXPECT_GT(heard, 200U);
    EXPECT_GT(responses, 100U);
    return story;
  };
  EXPECT_EQ(run(), run());
}

std::vector<std::string> profile_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "sim/profiles")) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Samples, EachProfile, testing::ValuesIn(profile_files()), [](const auto& file) {
  std::string name = file.param;
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

}  // namespace
}  // namespace peyk::tests::sim_profile_test
