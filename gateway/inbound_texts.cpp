#include "gateway/inbound_texts.hpp"

#include "gateway/clock.hpp"
#include "gateway/composition.hpp"
#include "gateway/hash.hpp"
#include "gateway/log.hpp"
#include "gateway/mo_text.hpp"
#include "smpp/address.hpp"
#include "store/mysql/mo_parts.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

// An acknowledgement later than this may have met a carrier that had given up waiting.
constexpr std::chrono::seconds kQuickly{2};
// A carrier that is still heard so long after our acknowledgement has had it: TCP keeps the order.
constexpr std::chrono::seconds kSpokeOnFor{1};
constexpr std::size_t kAcknowledgedMax =
    100'000;  // remembered; older ones count as redeliveries within the window

struct Envelope {
  std::string_view source, destination;
  std::uint8_t source_ton = 0;
  std::uint8_t data_coding = 0;
};

// The fields that deliver_sm and data_sm share.
Envelope envelope_of(const smpp::Pdu& pdu) {
  if (const auto* deliver = std::get_if<smpp::DeliverSm>(&pdu.body)) {
    return {deliver->source_addr, deliver->destination_addr, deliver->source_addr_ton, deliver->data_coding};
  }
  const auto& data = std::get<smpp::DataSm>(pdu.body);
  return {data.source_addr, data.destination_addr, data.source_addr_ton, data.data_coding};
}

std::optional<smpp::UserData> message_of(const smpp::Pdu& pdu) {
  if (const auto* deliver = std::get_if<smpp::DeliverSm>(&pdu.body)) return smpp::read_message(*deliver);
  return smpp::read_message(std::get<smpp::DataSm>(pdu.body));
}

}  // namespace

handlers::PhoneNumber sender_of(const smpp::Pdu& pdu) {
  const Envelope envelope = envelope_of(pdu);
  std::string source(envelope.source);
  const bool international = envelope.source_ton == static_cast<std::uint8_t>(smpp::Ton::international);
  if (international && smpp::is_digits(source) && source.rfind("00", 0) != 0) source.insert(0, 1, '+');
  return templates::parse_phone(source).value_or(0);
}

void count_lost_texts(Metrics& metrics, const std::vector<store::LostText>& lost) {
  for (const store::LostText& text : lost) {
    log::warn("text_incomplete", {{"carrier", text.carrier},
                                  {"from", log::Phone{text.phone}},
                                  {"parts", text.parts},
                                  {"total", text.total}});
    metrics.counter("peyk_inbound_incomplete_total", {{"carrier", text.carrier}}).add();
  }
}

InboundTexts::InboundTexts(Requests& requests, store::SqlThread& sql, Metrics& metrics,
                           std::function<void(std::function<void()>)> post)
    : requests_(requests), metrics_(metrics), parts_(part_hooks(sql, std::move(post))) {}

InboundPartsHooks InboundTexts::part_hooks(store::SqlThread& sql,
                                           std::function<void(std::function<void()>)> post) {
  InboundPartsHooks hooks = hooks_by(sql, std::move(post));
  hooks.joined = [this](CarrierRequest request, const handlers::RequestKey& parts,
                        const store::AddedPart& added) { take_joined(std::move(request), parts, added); };
  hooks.lost = [this](const std::vector<store::LostText>& lost) { count_lost_texts(metrics_, lost); };
  return hooks;
}

void InboundTexts::take(CarrierRequest request) {
  const CarrierOptions& carrier = request.link->options();
  const auto message = message_of(request.pdu);
  if (!message) {
    // A header longer than its text: nobody can read it, and an error would bring it back for hours.
    log::warn("text_unreadable", {{"carrier", carrier.name}});
    request.link->respond(request.generation, request.pdu, smpp::ESME_ROK);
    return;
  }
  if (sender_of(request.pdu) == 0) {
    log::info("text_from_no_phone", {{"carrier", carrier.name}});
    request.link->respond(request.generation, request.pdu, smpp::ESME_ROK);
    return;
  }
  const std::uint8_t data_coding = envelope_of(request.pdu).data_coding;
  store::MoPiece piece = piece_of(*message, data_coding, carrier.default_alphabet);
  if (message->part && message->part->total > 1) {
    const smpp::Part part = *message->part;
    return take_part(std::move(request), part, std::move(piece));
  }
  // SMPP gives a text no name: what it says, to whom, is its key.
  const Envelope envelope = envelope_of(request.pdu);
  const auto key = sha256_of({"mo", carrier.name, envelope.source, envelope.destination,
                              std::to_string(piece.data_coding), piece.octets});
  const auto remembered_for = carrier.redelivery_window;
  take_text(std::move(request), {&piece, 1}, key, remembered_for, {});
}

void InboundTexts::take_part(CarrierRequest request, const smpp::Part& part, store::MoPiece piece) {
  const Envelope envelope = envelope_of(request.pdu);
  const std::string& carrier = request.link->options().name;
  store::MoPart row{.carrier = carrier,
                    .phone = sender_of(request.pdu),
                    .seq = part.seq,
                    .total = part.total,
                    .octets = std::move(piece.octets),
                    .data_coding = piece.data_coding};
  row.message = sha256_of({"part", carrier, envelope.source, envelope.destination, std::to_string(part.ref),
                           part.ref_width == smpp::RefWidth::bits8 ? "8" : "16", std::to_string(part.total)});
  parts_.take(std::move(request), std::move(row));
}

// A text in parts has a name: its reference and when it began. So it is done once however late its last part
// is sent again, and again when its phone sends the same words under another reference.
void InboundTexts::take_joined(CarrierRequest request, const handlers::RequestKey& parts,
                               const store::AddedPart& added) {
  const auto begun = std::to_string(added.begun_at.time_since_epoch().count());
  const auto key =
      sha256_of({"mo-parts", {reinterpret_cast<const char*>(parts.data()), parts.size()}, begun});
  const store::MoPatience patience;
  const auto done = [this, parts, begun_at = added.begun_at] { parts_.done({parts, begun_at}); };
  take_text(std::move(request), added.pieces, key, patience.wait_max + patience.done_remembered, done);
}

void InboundTexts::take_text(CarrierRequest request, std::span<const store::MoPiece> pieces,
                             const handlers::RequestKey& key, std::chrono::seconds remembered_for,
                             std::function<void()> done) {
  const Envelope envelope = envelope_of(request.pdu);
  const handlers::PhoneNumber from = sender_of(request.pdu);
  handlers::Request asked;
  asked.key = asked.fingerprint = key;
  asked.remembered_for = remembered_for;
  asked.received_at = wall_clock();
  asked.what = handlers::TextRequest{.from = from,
                                     .line = templates::line_digits(envelope.destination),
                                     .text = text_of(pieces, request.link->options().default_alphabet)};

  auto& waiting = pending_[asked.key];
  waiting.push_back(std::move(request));
  if (waiting.size() > 1) return;  // the one decision answers both
  asked.answered_before = !done && was_typed_again(asked.key, waiting.front());
  const auto began = std::chrono::steady_clock::now();
  const bool taken =
      requests_.submit("sms", from, asked, [this, key, done, began](const store::Result& result) {
        using Verdict = store::Result::Verdict;
        const bool failed = result.verdict == Verdict::failed || result.verdict == Verdict::busy;
        if (done && !failed) done();
        acknowledge(key, failed ? smpp::ESME_RX_T_APPN : smpp::ESME_ROK, began);
      });
  if (!taken) acknowledge(asked.key, smpp::ESME_RX_T_APPN, began);
}

bool InboundTexts::was_typed_again(const handlers::RequestKey& key, const CarrierRequest& request) const {
  auto it = acknowledged_.find(key);
  if (it == acknowledged_.end()) return false;
  const Acknowledged& before = it->second;
  if (!before.quickly) return false;
  if (before.link == request.link && before.generation == request.generation) {
    return before.sequence_number != request.pdu.sequence_number;
  }
  const bool lives = before.link->lives(before.generation);
  return lives || before.link->last_received(before.generation) - kSpokeOnFor > before.at;
}

void InboundTexts::acknowledge(const handlers::RequestKey& key, std::uint32_t command_status,
                               std::chrono::steady_clock::time_point began) {
  auto waiting = pending_.extract(key);
  const bool quickly = std::chrono::steady_clock::now() - began < kQuickly;
  for (const CarrierRequest& request : waiting.mapped()) {
    const bool sent = request.link->respond(request.generation, request.pdu, command_status);
    if (sent && command_status == smpp::ESME_ROK) remember(key, request, quickly);
  }
}

void InboundTexts::remember(const handlers::RequestKey& key, const CarrierRequest& request, bool quickly) {
  const bool is_new =
      acknowledged_
          .insert_or_assign(key, Acknowledged{request.link, request.generation, request.pdu.sequence_number,
                                              quickly, std::chrono::steady_clock::now()})
          .second;
  if (is_new) acknowledged_order_.push_back(key);
  if (acknowledged_order_.size() > kAcknowledgedMax) {
    acknowledged_.erase(acknowledged_order_.front());
    acknowledged_order_.pop_front();
  }
}

}  // namespace peyk::gateway
