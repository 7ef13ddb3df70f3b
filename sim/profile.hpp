// How a carrier behaves, as data: one struct, filled in from a YAML file (profile_file.hpp) or by the control
// port, changed while the carrier runs. The defaults are the plain carrier that follows SMPP 3.4.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/faults.hpp"
#include "sim/message_ids.hpp"
#include "smpp/pdu.hpp"
#include "smpp/receipt.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {

// What a receipt looks like (SMPP 3.4, appendix B, and what carriers made of it).
struct ReceiptForm {
  enum class Content : std::uint8_t { both, text, tlvs };
  enum class Place : std::uint8_t { short_message, message_payload, data_sm };
  enum class Dialect : std::uint8_t {
    appendix_b,  // id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…
    comma,       // state,state's time,accept time,error,destination,source,id
  };
  enum class Letters : std::uint8_t { as_is, lower, upper };
  enum class Dates : std::uint8_t { minutes, seconds, century };  // YYMMDDhhmm, …ss, YYYYMMDDhhmmss
  enum class Field : std::uint8_t { id, sub, dlvrd, submit_date, done_date, stat, err, text };
  struct Word {
    smpp::ReceiptState state;
    std::string word;
  };

  Content content = Content::both;
  Place place = Place::short_message;
  Dialect dialect = Dialect::appendix_b;
  Letters letters = Letters::as_is;
  Dates dates = Dates::minutes;
  std::vector<Field> fields{Field::id,        Field::sub,  Field::dlvrd, Field::submit_date,
                            Field::done_date, Field::stat, Field::err,   Field::text};
  std::string after_key = ":";
  std::string between = " ";
  std::string tail{};         // octets behind the last field
  std::vector<Word> words{};  // instead of appendix B's
  std::uint8_t err_digits = 3;
  std::uint8_t esm_class = smpp::esm_class::mc_delivery_receipt;
  std::uint8_t intermediate_esm_class = smpp::esm_class::intermediate_notification;
  std::uint8_t data_coding = 0;     // what is said, whatever the octets are
  bool ucs2 = false;                // the octets are UTF-16BE
  bool network_error_code = false;  // the TLV, with the error
  bool accepted_first = false;      // an ACCEPTD at once, asked for or not
};

// What becomes of a text whose phone is on. The first that happens, else it is delivered.
struct Outcome {
  smpp::ReceiptState state = smpp::ReceiptState::undeliverable;
  double probability = 0;
  std::uint16_t error = 0;
};

// The rate that a bind's account may submit at, and how the carrier says that it was too fast.
struct Throttle {
  enum class Rule : std::uint8_t {
    any_second,    // never more than `rate` within any second
    clock_second,  // counted anew as each second begins
    bucket,        // `burst` at once, refilled at `rate` a second
  };
  std::uint32_t rate = 0;  // submits a second; 0: no limit
  Rule rule = Rule::any_second;
  std::uint32_t burst = 1;
  std::uint32_t status = smpp::ESME_RTHROTTLED;
  bool nack = false;            // said by generic_nack
  bool counts_refused = false;  // who goes on too fast is never let in again
};

// How texts of subscribers are written.
struct MoForm {
  enum class Parts : std::uint8_t { udh8, udh16, sar, message_payload };
  // What stands under data_coding 0.
  templates::DefaultAlphabet default_alphabet = templates::DefaultAlphabet::gsm7;
  Parts parts = Parts::udh8;
};

// What an ESME has agreed to, for the check of contract.hpp. 0 and empty: no such clause.
struct Contract {
  std::uint32_t rate = 0;         // submits in any second, of an account
  std::uint32_t source_rate = 0;  // ... and of one source address
  std::uint32_t window = 0;       // unanswered submits of a session
  std::uint32_t sessions = 0;     // of an account at once
  std::vector<std::string> sources{};
  std::vector<std::uint8_t> source_tons{}, source_npis{}, dest_tons{}, dest_npis{}, data_codings{};
  std::chrono::milliseconds answer_within{10'000};  // deliver_sm and enquire_link
  std::chrono::milliseconds parts_within{60'000};   // all parts of a long text
};

struct Profile {
  // What is left out of a response that is no success.
  enum class ErrorBody : std::uint8_t { none, empty, message_id };

  std::string name = "plain";
  std::uint8_t interface_version = smpp::interface_version::v34;  // 0: none is said, as before 3.4
  IdForm response_ids, receipt_ids, tlv_ids;
  std::uint64_t ids_reused_after = 0;  // 0: never
  ReceiptForm receipts;
  std::vector<Outcome> outcomes;
  std::chrono::milliseconds latency{0}, jitter{0};  // of responses
  ErrorBody error_body = ErrorBody::none;
  Throttle throttle;
  MoForm mo;
  std::string ussd_profile;  // one of smpp::ussd_profiles; at start only; empty: as the command line says
  Contract contract;
  std::vector<Fault> faults;
};

}  // namespace peyk::sim
