#include "gateway/inbound_receipts.hpp"

#include <algorithm>
#include <iterator>

#include "gateway/clock.hpp"
#include "gateway/inbound_texts.hpp"
#include "gateway/log.hpp"
#include "gateway/outbound_line.hpp"
#include "store/mysql/delivery_times.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kWaitingMax =
    10'000;                            // unsaved receipts and those in doubt; more are told to come again
constexpr std::size_t kSetMax = 1000;  // receipts saved at once
constexpr std::uint32_t kRetriedAtOnce = 500, kTidiedAtOnce = 5000;
constexpr std::uint32_t kTrimEvery = 10;  // seconds
// A receipt's date may be so far from when it came; beyond that its zone or its clock is not what we think.
constexpr std::chrono::hours kOldestDone{8 * 24};
constexpr std::chrono::minutes kClocksDiffer{5};

template <typename Function>
auto with_message(const smpp::Pdu& pdu, Function function) {
  if (const auto* deliver = std::get_if<smpp::DeliverSm>(&pdu.body)) return function(*deliver);
  return function(std::get<smpp::DataSm>(pdu.body));
}

smpp::ReceiptKind kind_of(const smpp::Pdu& pdu) {
  return with_message(pdu, [](const auto& message) { return smpp::receipt_kind(message); });
}

std::string lower_case(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

void count_delivered(Metrics& metrics, const std::vector<store::DeliveryTime>& times) {
  for (const store::DeliveryTime& time : times)
    metrics.histogram("peyk_delivery_seconds", {{"lane", words(time.lane)}}).observe(time.took);
}

}  // namespace

rules::Instant done_at(const smpp::Receipt& receipt, std::string_view time_zone, rules::Instant received) {
  const auto local = smpp::local_time_of({receipt.done_date, {}});
  if (!local) return received;
  const rules::Instant done =
      receipt.done_ahead_of_utc
          ? rules::Instant{local->time_since_epoch() - *receipt.done_ahead_of_utc}
          : templates::instant_of(std::chrono::sys_seconds{local->time_since_epoch()}, time_zone);
  if (done < received - kOldestDone || done > received + kClocksDiffer) return received;
  return std::min(done, received);
}

InboundReceipts::InboundReceipts(store::SqlThread& sql, Metrics& metrics, std::set<std::string> lines,
                                 ReceiptHooks hooks)
    : sql_(sql), metrics_(metrics), lines_(std::move(lines)), hooks_(std::move(hooks)), waiting_(kSetMax) {}

bool InboundReceipts::takes(const CarrierRequest& request) const {
  const smpp::ReceiptKind kind = kind_of(request.pdu);
  if (kind != smpp::ReceiptKind::look_alike) return kind != smpp::ReceiptKind::none;
  if (!request.link->options().receipts_without_esm_class || sender_of(request.pdu) == 0) return false;
  const std::string to =
      with_message(request.pdu, [](const auto& message) { return message.destination_addr; });
  return lines_.contains(templates::line_digits(to));
}

// A receipt comes from whom the message went to; some carriers leave the addresses as they were in the
// message.
handlers::PhoneNumber InboundReceipts::phone_of(const smpp::Pdu& pdu, const smpp::Receipt& receipt) const {
  const auto read = [this](const std::string& address) -> handlers::PhoneNumber {
    if (lines_.contains(templates::line_digits(address))) return 0;
    return templates::parse_phone(address).value_or(0);
  };
  if (!receipt.destination.empty()) {
    const handlers::PhoneNumber named = read(receipt.destination);
    if (named != 0) return named;
  }
  const std::string source = with_message(pdu, [](const auto& message) { return message.source_addr; });
  const handlers::PhoneNumber from = lines_.contains(templates::line_digits(source)) ? 0 : sender_of(pdu);
  if (from != 0) return from;
  return read(with_message(pdu, [](const auto& message) { return message.destination_addr; }));
}

store::Receipt InboundReceipts::understood(const CarrierRequest& request,
                                           const smpp::Receipt& receipt) const {
  const CarrierOptions& carrier = request.link->options();
  const bool known_word = receipt.state != smpp::ReceiptState::unknown || receipt.state_word.empty();
  const rules::Instant now = wall_clock();
  return {.carrier = carrier.name,
          .id = receipt.id,
          .text_id = receipt.text_id.value_or(""),
          .phone = phone_of(request.pdu, receipt),
          .only_of_phone = kind_of(request.pdu) == smpp::ReceiptKind::look_alike,
          .reference = receipt.reference,
          .delivered = receipt.state == smpp::ReceiptState::delivered,
          .final = receipt.final(),
          .word = known_word ? std::string(smpp::words(receipt.state)) : receipt.state_word,
          .error = receipt.error(),
          .done_at = done_at(receipt, carrier.time_zone, now)};
}

void InboundReceipts::take(CarrierRequest request) {
  if (waiting_.waiting() + doubted_.size() >= kWaitingMax) {
    request.link->respond(request.generation, request.pdu, smpp::ESME_RX_T_APPN);
    return;
  }
  const auto receipt =
      with_message(request.pdu, [](const auto& message) { return smpp::parse_receipt(message); });
  Waiting one{.request = std::move(request)};
  one.carrier = one.request.link->options().name;
  one.state = receipt ? smpp::words(receipt->state) : "unreadable";
  if (receipt) one.receipt = understood(one.request, *receipt);
  // The reference proves something only together with the phone.
  if (one.receipt && one.receipt->id.empty() && one.receipt->phone == 0) {
    one.receipt.reset();
    one.state = "unreadable";
  }
  waiting_.push(std::move(one));
  save();
}

void InboundReceipts::save() {
  if (saving_ || waiting_.empty()) return;
  saving_ = true;
  const Batch batch = waiting_.next();
  const Results results = std::make_shared<std::vector<store::ReceiptResult>>();
  const auto times = std::make_shared<std::vector<store::DeliveryTime>>();
  std::vector<store::Receipt> receipts;
  std::vector<store::UnreadableReceipt> unreadable;
  for (const Waiting& one : *batch) {
    if (one.receipt) {
      receipts.push_back(*one.receipt);
    } else {
      unreadable.push_back({one.carrier, {}});
      smpp::encode(one.request.pdu, unreadable.back().pdu);
    }
  }
  const auto now = wall_clock();
  const bool queued = sql_.run(
      [receipts = std::move(receipts), unreadable = std::move(unreadable), results, times,
       now](store::Connection& connection) {
        *results = store::save_receipts(connection, receipts, now);
        *times = store::load_delivery_times(connection, receipts, *results, now);
        store::set_aside(connection, unreadable, now);
      },
      [this, batch, results, times](bool done) {
        hooks_.post([this, batch, results, times, done] {
          saving_ = false;
          if (done) count_delivered(metrics_, *times);
          done ? saved(batch, *results) : not_saved(batch);
          save();
        });
      });
  if (queued) return;
  saving_ = false;
  for (const Waiting& one : *batch)
    one.request.link->respond(one.request.generation, one.request.pdu, smpp::ESME_RX_T_APPN);
}

void InboundReceipts::saved(const Batch& batch, const std::vector<store::ReceiptResult>& results) {
  std::size_t next = 0;
  for (Waiting& one : *batch) {
    const store::ReceiptResult result = one.receipt ? results[next++] : store::ReceiptResult{};
    if (result.outcome == store::ReceiptOutcome::not_receipt) {
      if (one.receipt->patient) {
        hooks_.as_text(std::move(one.request));
      } else {
        doubted_.push_back({std::move(one), std::chrono::steady_clock::now() + store::kReceiptDoubt});
      }
      continue;
    }
    one.request.link->respond(one.request.generation, one.request.pdu, smpp::ESME_ROK);
    count(one, result);
  }
}

void InboundReceipts::not_saved(const Batch& batch) {
  if (waiting_.halve(batch)) return;
  const CarrierRequest& request = batch->front().request;
  log::error("receipt_not_saved", {{"carrier", batch->front().carrier}});
  request.link->respond(request.generation, request.pdu, smpp::ESME_RX_T_APPN);
}

void InboundReceipts::count(const Waiting& one, const store::ReceiptResult& result) {
  metrics_.counter("peyk_receipts_total", {{"carrier", one.carrier}, {"state", lower_case(one.state)}}).add();
  if (!one.receipt) {
    log::warn("receipt_unreadable", {{"carrier", one.carrier}, {"see", "peykctl show receipts"}});
    return;
  }
  switch (result.outcome) {
    case store::ReceiptOutcome::parked:
    case store::ReceiptOutcome::unmatched:
      metrics_.counter("peyk_receipts_unmatched_total", {{"carrier", one.carrier}}).add();
      break;
    case store::ReceiptOutcome::conflict:
      metrics_.counter("peyk_receipt_conflicts_total", {{"carrier", one.carrier}}).add();
      log::warn("receipt_conflict", {{"carrier", one.carrier},
                                     {"message", result.message},
                                     {"part", result.part},
                                     {"says", one.receipt->word}});
      break;
    default:
      break;
  }
}

// From when it was first matched: by then what had come before it is saved.
void InboundReceipts::match_doubted_again() {
  const auto now = std::chrono::steady_clock::now();
  for (; !doubted_.empty() && doubted_.front().again_at <= now; doubted_.pop_front()) {
    Waiting& one = doubted_.front().one;
    one.receipt->patient = true;
    waiting_.push(std::move(one));
  }
  save();
}

void InboundReceipts::tidy() {
  match_doubted_again();
  if (std::exchange(tidying_, true)) return;
  const bool trim = tidied_++ % kTrimEvery == 0;
  const auto parked = std::make_shared<std::optional<std::uint64_t>>();
  const auto now = wall_clock();
  const bool queued = sql_.run(
      [trim, parked, now](store::Connection& connection) {
        store::retry_parked_receipts(connection, now, kRetriedAtOnce);
        if (!trim) return;
        store::bury_parked_receipts(connection, now - store::kReceiptsAwaited, now, kTidiedAtOnce);
        *parked = store::trim_receipts(connection, now, kTidiedAtOnce);
      },
      [this, parked](bool done) {
        hooks_.post([this, parked, done] {
          tidying_ = false;
          if (done && *parked)
            metrics_.gauge("peyk_receipts_parked").set(static_cast<double>(parked->value()));
        });
      });
  if (!queued) tidying_ = false;
}

}  // namespace peyk::gateway
