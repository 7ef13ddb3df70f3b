// All that Peyk can write, without a gateway to write it: texts in each alphabet and each way of cutting
// them, screens of each USSD profile, TLVs, receipts, refusals, and each PDU of the vectors written anew,
// before Wireshark's dissector. What it calls malformed although it is not stands in the vectors'
// exempt.json.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/composition.hpp"
#include "sim/messages.hpp"
#include "smpp/commands.hpp"
#include "smpp/receipt.hpp"
#include "smpp/ussd.hpp"
#include "tests/kit/tshark.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::dissector_test {
namespace {

using namespace smpp;
using nlohmann::json;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint16_t kPort = 2775;

// One conversation, a packet a PDU.
class Said {
 public:
  void say(CommandId id, std::uint32_t command_status, const Body& body) {
    std::string octets;
    const auto error = encode(id, command_status, ++sequence_number_, body, octets);
    if (error) {
      ADD_FAILURE() << command_name(id) << " cannot be written: " << error->text();
      return;
    }
    say_octets(std::move(octets));
  }
  void say(const Body& body) { say(command_id_of(body), ESME_ROK, body); }
  void say_octets(std::string octets) {
    passed_.push_back({.conversation = 1,
                       .to_server = true,
                       .at_us = 1'700'000'000'000'000 + static_cast<std::int64_t>(passed_.size()) * 1000,
                       .octets = std::move(octets)});
  }

  void expect_well_formed() const {
    const Verdict verdict = judge(kPort, passed_);
    EXPECT_THAT(verdict.complaints, IsEmpty());
    EXPECT_EQ(verdict.pdus.size(), passed_.size());
    EXPECT_GT(passed_.size(), 0U);
  }
  const std::vector<Passed>& passed() const { return passed_; }

 private:
  std::vector<Passed> passed_;
  std::uint32_t sequence_number_ = 0;
};

SubmitSm envelope() {
  return {.source_addr = "30001234",
          .dest_addr_ton = 1,
          .dest_addr_npi = 1,
          .destination_addr = "989121234567",
          .validity_period = "000001000000000R",
          .registered_delivery = 1};
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

const std::vector<std::string>& texts() {
  static const std::vector<std::string> kTexts{"",
                                               "Credit: 42,500 @ Nan-o-Namak",
                                               "5€ [a] {b} ~ ^ \\ |",
                                               "Café déjà vu ©½",
                                               "اعتبار شما ۴۲٬۵۰۰ تومان است",
                                               "می\u200cخواهید؟ 😀",
                                               repeated("bread & salt {1} ", 30),
                                               repeated("اعتبار شما ۴۲٬۵۰۰ تومان است؛ ", 20),
                                               repeated("😀", 200),
                                               repeated("نان و نمک ", 400)};
  return kTexts;
}

TEST(Dissector, finds_nothing_wrong_in_texts_of_any_alphabet_in_any_parts) {
  Said said;
  using gateway::LongTexts, templates::DefaultAlphabet;
  for (const LongTexts method : {LongTexts::udh8, LongTexts::udh16, LongTexts::sar, LongTexts::payload}) {
    for (const DefaultAlphabet alphabet :
         {DefaultAlphabet::gsm7, DefaultAlphabet::latin1, DefaultAlphabet::ascii, DefaultAlphabet::ucs2}) {
      gateway::CarrierOptions carrier;
      carrier.long_texts = method;
      carrier.default_alphabet = alphabet;
      for (const std::string& text : texts()) {
        const auto composition = gateway::compose(text, 4711, carrier);
        for (std::size_t part = 0; part < composition.parts.size(); ++part) {
          SubmitSm submit = envelope();
          gateway::write_part(submit, composition, part);
          submit.tlvs.push_back({0x1501, std::string("\x01\x00\xFF", 3)});  // as submit_tlvs has them
          said.say(submit);
        }
      }
    }
  }
  said.expect_well_formed();
}

// A session id of the width that the profile's gateway gives it.
std::string session_for(const UssdProfile& profile) {
  switch (profile.session_key) {
    case UssdSessionKey::its_session_number:
      return std::string("\x0A", 1);
    case UssdSessionKey::vendor_tlv:
      return std::string("\x00\xBC\x61\x4E", 4);
    case UssdSessionKey::none:
      return {};
    default:
      return std::string("\x0A\x04", 2);
  }
}

TEST(Dissector, finds_nothing_wrong_in_the_screens_of_any_ussd_profile) {
  Said said;
  for (const UssdProfile& profile : ussd_profiles::all) {
    for (const UssdReply reply :
         {UssdReply::continue_dialogue, UssdReply::end_dialogue, UssdReply::end_one_shot}) {
      if (profile.data_sm) {
        DataSm screen{.source_addr = "7000", .destination_addr = "989121234567", .data_coding = 0x0F};
        set_octets(screen.tlvs, tag::message_payload, "1 Points");
        write_ussd(screen, profile, session_for(profile), 3, reply);
        said.say(screen);
      } else {
        SubmitSm screen = envelope();
        screen.data_coding = 0x0F;
        screen.short_message = "1 Points";
        write_ussd(screen, profile, session_for(profile), 3, reply);
        said.say(screen);
      }
    }
  }
  said.expect_well_formed();
}

TEST(Dissector, finds_nothing_wrong_in_what_the_simulated_phones_say) {
  Said said;
  for (const std::string& text : texts())
    for (const DeliverSm& part : sim::make_parts("989121234567", "30001234", text, 7, {})) said.say(part);
  for (const ReceiptState state :
       {ReceiptState::scheduled, ReceiptState::enroute, ReceiptState::delivered, ReceiptState::expired,
        ReceiptState::deleted, ReceiptState::undeliverable, ReceiptState::accepted, ReceiptState::unknown,
        ReceiptState::rejected, ReceiptState::skipped}) {
    for (const char* id : {"1", "70BA8A69", "2f1c9a30-77de-4b52-9a0e-5d1f6c2ab001"}) {
      DeliverSm receipt{.source_addr = "989121234567", .destination_addr = "30001234"};
      write_receipt(receipt, {.id = id,
                              .state = state,
                              .submit_date = "2611211947",
                              .done_date = "2611212003",
                              .err = 254,
                              .text = "Your Peyk balance: 1"});
      said.say(receipt);
    }
  }
  said.expect_well_formed();
}

TEST(Dissector, finds_nothing_wrong_in_refusals) {
  constexpr std::uint32_t kStatuses[] = {ESME_RINVCMDLEN,    ESME_RINVBNDSTS,  ESME_RSYSERR, ESME_RTHROTTLED,
                                         ESME_RINVTLVSTREAM, ESME_RUNKNOWNERR, 0x0435};
  Said said;
  for (const Command& command : kCommands) {
    if (!is_response(command.id)) continue;
    for (const std::uint32_t status : kStatuses) said.say(command.id, status, std::monostate{});
  }
  said.expect_well_formed();
}

// The vectors' PDUs as we write them again; `exempt`: those of exempt.json, or all others.
Said written_again(bool exempt) {
  std::vector<json> exempt_ones = load_vectors("exempt");
  Said said;
  for (const json& vector : vectors(VectorKind::pdu)) {
    const bool is_exempt = std::ranges::find(exempt_ones, vector["hex"],
                                             [](const json& one) { return one["hex"]; }) != exempt_ones.end();
    if (is_exempt != exempt) continue;
    const auto pdu = decode(from_hex(vector["hex"].get<std::string>()));
    std::string octets;
    EXPECT_TRUE(pdu && !encode(*pdu, octets)) << vector["id"];
    said.say_octets(octets);
  }
  return said;
}

TEST(Dissector, finds_nothing_wrong_in_any_pdu_of_the_vectors_that_is_not_exempt) {
  written_again(false).expect_well_formed();
}

TEST(Dissector, calls_malformed_what_is_exempt) {
  if (!vectors_are_kept_ones()) GTEST_SKIP() << "other vectors need no exempt ones";
  const Said said = written_again(true);
  EXPECT_THAT(said.passed(), SizeIs(2));
  EXPECT_THAT(judge(kPort, said.passed()).complaints, SizeIs(2));
}

}  // namespace
}  // namespace peyk::tests::dissector_test
