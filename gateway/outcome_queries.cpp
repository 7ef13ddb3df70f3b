#include "gateway/outcome_queries.hpp"

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "smpp/address.hpp"
#include "smpp/receipt.hpp"
#include "store/mysql/receipts.hpp"

namespace peyk::gateway {
namespace {

// A receipt may be on its way a little longer than the text was worth something.
constexpr std::chrono::minutes kReceiptMayFollow{10};
constexpr std::size_t kWaitingMax = 1000;  // unasked questions; then no further look

}  // namespace

OutcomeQueries::OutcomeQueries(store::SqlThread& sql, Carriers& carriers,
                               const std::vector<LineOptions>& lines,
                               std::function<void(std::function<void()>)> post)
    : sql_(sql), carriers_(carriers), post_(std::move(post)) {
  for (const LineOptions& line : lines) {
    Line one{.number = line.number};
    std::vector<std::string> names = line.alternate_carriers;
    names.push_back(line.carrier);
    for (const std::string& name : names) {
      const Carrier* carrier = carriers_.find(name);
      if (carrier != nullptr && carrier->options().query_sm) one.carriers.insert(name);
    }
    if (line.receipts && !one.carriers.empty()) lines_.push_back(std::move(one));
  }
}

void OutcomeQueries::tick() {
  ask();
  if (!lines_.empty() && !looking_ && waiting_.size() < kWaitingMax) look();
}

void OutcomeQueries::look() {
  next_line_ = (next_line_ + 1) % lines_.size();
  const std::size_t at = next_line_;
  auto found = std::make_shared<store::Unheard>();
  const auto now = wall_clock();
  looking_ = sql_.run(
      [found, line = lines_[at], now](store::Connection& connection) {
        *found = store::take_unheard(connection, line.number, line.carriers, line.after,
                                     now - kReceiptMayFollow, now);
      },
      [this, found, at](bool done) {
        post_([this, found, at, done] {
          looking_ = false;
          if (!done) return;
          lines_[at].after = found->next;
          for (store::UnheardPart& part : found->parts)
            waiting_.push_back({lines_[at].number, std::move(part)});
        });
      });
}

void OutcomeQueries::ask() {
  for (std::size_t left = waiting_.size(); left > 0; --left) {
    Question question = std::move(waiting_.front());
    waiting_.pop_front();
    Carrier& carrier = *carriers_.find(question.part.carrier);
    const CarrierOptions& options = carrier.options();
    if (carrier.room() <= options.window / 2) {
      waiting_.push_back(std::move(question));
      continue;
    }
    const auto sender = smpp::sender_address(question.line, static_cast<smpp::Ton>(options.source_addr_ton),
                                             static_cast<smpp::Npi>(options.source_addr_npi));
    const smpp::QuerySm query{.message_id = question.part.carrier_message_id,
                              .source_addr_ton = static_cast<std::uint8_t>(sender.ton),
                              .source_addr_npi = static_cast<std::uint8_t>(sender.npi),
                              .source_addr = sender.digits};
    const std::uint64_t tag = kQueryTag | ++next_tag_;
    if (carrier.submit(query, tag)) open_.emplace(tag, std::move(question.part));
  }
}

void OutcomeQueries::answered(std::uint64_t tag, const smpp::Pdu& response) {
  auto node = open_.extract(tag);
  const auto* body = std::get_if<smpp::QuerySmResp>(&response.body);
  if (node.empty()) return;
  const store::UnheardPart& part = node.mapped();
  if (response.command_status != smpp::ESME_ROK || body == nullptr) {
    log::info("query_refused",
              {{"carrier", part.carrier}, {"status", smpp::status_name(response.command_status)}});
    return;
  }
  constexpr std::uint8_t kStatesMax = static_cast<std::uint8_t>(smpp::ReceiptState::skipped);
  if (body->message_state > kStatesMax) return;
  const auto state = static_cast<smpp::ReceiptState>(body->message_state);
  if (!smpp::is_final(state)) return;
  const auto now = wall_clock();
  const store::Receipt told{.carrier = part.carrier,
                            .id = part.carrier_message_id,
                            .phone = part.phone,
                            .delivered = state == smpp::ReceiptState::delivered,
                            .word = std::string(smpp::words(state)),
                            .error = body->error_code == 0 ? std::string() : std::to_string(body->error_code),
                            .done_at = now};
  sql_.run([told, now](
               store::Connection& connection) { store::save_receipts(connection, std::span(&told, 1), now); },
           {});
}

}  // namespace peyk::gateway
