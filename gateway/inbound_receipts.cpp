#include "gateway/inbound_receipts.hpp"

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "smpp/receipt.hpp"

namespace peyk::gateway {
namespace {

constexpr std::size_t kWaitingMax = 10'000;  // unsaved receipts; more are told to come again

std::optional<smpp::Receipt> parse(const smpp::Pdu& pdu) {
  if (const auto* deliver = std::get_if<smpp::DeliverSm>(&pdu.body)) return smpp::parse_receipt(*deliver);
  return smpp::parse_receipt(std::get<smpp::DataSm>(pdu.body));
}

}  // namespace

InboundReceipts::InboundReceipts(store::SqlThread& sql, std::function<void(std::function<void()>)> post)
    : sql_(sql), post_(std::move(post)) {}

bool InboundReceipts::is_receipt(const smpp::Pdu& pdu) {
  const auto kind = std::holds_alternative<smpp::DeliverSm>(pdu.body)
                        ? smpp::receipt_kind(std::get<smpp::DeliverSm>(pdu.body))
                        : smpp::receipt_kind(std::get<smpp::DataSm>(pdu.body));
  return kind != smpp::ReceiptKind::none;
}

void InboundReceipts::take(CarrierRequest request) {
  const auto receipt = parse(request.pdu);
  if (!receipt) {
    log::warn("receipt_unreadable", {{"carrier", request.link->options().name}});
    request.link->respond(request.generation, request.pdu, smpp::ESME_ROK);
    return;
  }
  if (waiting_.size() >= kWaitingMax) {
    request.link->respond(request.generation, request.pdu, smpp::ESME_RX_T_APPN);
    return;
  }
  receipts_.push_back({.carrier = request.link->options().name,
                       .carrier_message_id = receipt->id,
                       .delivered = receipt->state == smpp::ReceiptState::delivered,
                       .final = receipt->final(),
                       .error = receipt->err.value_or("")});
  waiting_.push_back(std::move(request));
  save();
}

void InboundReceipts::save() {
  if (saving_ || waiting_.empty()) return;
  saving_ = true;
  auto requests = std::make_shared<std::vector<CarrierRequest>>();
  requests->swap(waiting_);
  std::vector<store::Receipt> receipts;
  receipts.swap(receipts_);
  const auto now = wall_clock();
  const auto answer = [this, requests](bool saved) {
    for (const CarrierRequest& request : *requests) {
      request.link->respond(request.generation, request.pdu, saved ? smpp::ESME_ROK : smpp::ESME_RX_T_APPN);
    }
    saving_ = false;
    save();
  };
  const bool queued =
      sql_.run([receipts = std::move(receipts),
                now](store::Connection& connection) { store::save_receipts(connection, receipts, now); },
               [this, answer](bool saved) { post_([answer, saved] { answer(saved); }); });
  if (!queued) {
    saving_ = false;
    for (const CarrierRequest& request : *requests) {
      request.link->respond(request.generation, request.pdu, smpp::ESME_RX_T_APPN);
    }
  }
}

}  // namespace peyk::gateway
