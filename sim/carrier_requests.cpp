// What the carrier does with a request of an ESME, from the faults that come first to the answer.
#include <algorithm>
#include <ctime>
#include <utility>

#include "sim/carrier.hpp"
#include "sim/lanes.hpp"
#include "sim/ussd_network.hpp"
#include "smpp/parts.hpp"
#include "smpp/status.hpp"

namespace peyk::sim {
namespace {

constexpr std::size_t kSourceAddressesMax = 10'000;

struct Submitted {
  std::string_view source, destination;
  std::uint32_t part = 1;
};

template <class B>
Submitted described(const B& body) {
  const auto message = smpp::read_message(body);
  return {body.source_addr, body.destination_addr, message && message->part ? message->part->seq : 1U};
}

// Nothing for what submits no text.
std::optional<Submitted> submitted(const smpp::Body& body) {
  if (const auto* submit_sm = std::get_if<smpp::SubmitSm>(&body)) return described(*submit_sm);
  if (const auto* data_sm = std::get_if<smpp::DataSm>(&body)) return described(*data_sm);
  if (const auto* multi = std::get_if<smpp::SubmitMulti>(&body)) {
    return Submitted{
        multi->source_addr,
        multi->dest_address.empty() ? "" : std::string_view(multi->dest_address[0].destination_addr), 1};
  }
  return std::nullopt;
}

smpp::Body error_body(Profile::ErrorBody kind, smpp::CommandId request, MessageCentre& centre) {
  if (kind == Profile::ErrorBody::none) return {};
  const std::string id = kind == Profile::ErrorBody::message_id ? centre.spare_id() : "";
  if (request == smpp::CommandId::submit_sm) return smpp::SubmitSmResp{id, {}};
  if (request == smpp::CommandId::data_sm) return smpp::DataSmResp{id, {}};
  return {};
}

// What a receipt quotes: letters of ASCII, of a text that is no UCS-2.
std::string quotable(const smpp::SubmitSm& submit_sm) {
  const auto message = smpp::read_message(submit_sm);
  if (!message || submit_sm.data_coding != 0) return "";
  std::string text(message->text.substr(0, 20));
  for (char& c : text) {
    if (c < 0x20 || c > 0x7A) c = '?';
  }
  return text;
}

}  // namespace

void Carrier::on_event(Link& link, smpp::Request& event, Time now) {
  const smpp::Pdu& pdu = event.pdu;
  Answer answer{link.id, pdu.sequence_number, pdu.command_id, smpp::ESME_ROK, {}};
  Faults::Target target;
  if (const auto text = submitted(pdu.body)) {
    target = {text->part, text->destination};
    ++counts_.submits;
    count_submit(std::string(text->source), now);
    if (!may_submit(link, answer, target, now)) return this->answer(std::move(answer), target, now);
  }
  carry_out(link, pdu, answer, now);
  this->answer(std::move(answer), target, now);
}

// False: it is refused, as the answer says.
bool Carrier::may_submit(Link& link, Answer& answer, const Faults::Target& target, Time now) {
  if (!faults_.empty()) {
    harm_link(link, now);
    if (const auto refused = faults_.strikes(FaultKind::respond, target, now)) {
      answer.status = refused->status;
    } else if (const auto nacked = faults_.strikes(FaultKind::nack, target, now)) {
      answer.status = nacked->status;
      answer.request = smpp::CommandId::generic_nack;
    }
  }
  if (answer.status == smpp::ESME_ROK && !rates_[link.account].allows(profile_.throttle, now)) {
    answer.status = profile_.throttle.status;
    if (profile_.throttle.nack) answer.request = smpp::CommandId::generic_nack;
  }
  const bool slower = answer.status == smpp::ESME_RTHROTTLED || answer.status == smpp::ESME_RMSGQFUL;
  if (slower) ++counts_.throttled;
  if (answer.status == smpp::ESME_ROK) return true;
  answer.body = error_body(profile_.error_body, answer.request, centre_);
  return false;
}

void Carrier::carry_out(Link& link, const smpp::Pdu& pdu, Answer& answer, Time now) {
  const std::size_t account = link.account;
  MessageCentre::Reply reply{smpp::ESME_RINVCMDID};
  if (is_ussd(pdu.body)) {
    reply.status = dialogs_.submitted(pdu.body, now);
    if (reply.status == smpp::ESME_ROK && pdu.command_id == smpp::CommandId::data_sm) {
      reply.body = smpp::DataSmResp{centre_.spare_id(), {}};
    } else if (reply.status == smpp::ESME_ROK) {
      reply.body = smpp::SubmitSmResp{centre_.spare_id(), {}};
    }
  } else if (const auto* submit_sm = std::get_if<smpp::SubmitSm>(&pdu.body)) {
    reply = centre_.submit(account, *submit_sm, now);
  } else if (const auto* data_sm = std::get_if<smpp::DataSm>(&pdu.body)) {
    reply = centre_.submit(account, *data_sm, now);
  } else if (const auto* submit_multi = std::get_if<smpp::SubmitMulti>(&pdu.body)) {
    reply = centre_.submit(account, *submit_multi, now);
  } else if (const auto* query_sm = std::get_if<smpp::QuerySm>(&pdu.body)) {
    reply = centre_.query(account, *query_sm);
  } else if (const auto* cancel_sm = std::get_if<smpp::CancelSm>(&pdu.body)) {
    reply = centre_.cancel(account, *cancel_sm, now);
  } else if (const auto* replace_sm = std::get_if<smpp::ReplaceSm>(&pdu.body)) {
    reply = centre_.replace(account, *replace_sm, now);
  }
  answer.status = reply.status;
  answer.body = std::move(reply.body);
  const bool bare = std::holds_alternative<std::monostate>(answer.body);
  if (answer.status != smpp::ESME_ROK && bare) {
    answer.body = error_body(profile_.error_body, answer.request, centre_);
  }
}

ReceiptFacts Carrier::facts_of(const Submission& submission, smpp::ReceiptState state, bool misnamed) const {
  constexpr std::uint64_t kNobodys = 500'000'000'000;
  const std::uint64_t number =
      Submissions::shown(submission.id, profile_.ids_reused_after) + (misnamed ? kNobodys : 0);
  ReceiptFacts facts;
  facts.id = format_id(profile_.receipt_ids, number);
  facts.tlv_id = format_id(profile_.tlv_ids, number);
  facts.state = state;
  facts.intermediate = state == smpp::ReceiptState::enroute;
  facts.error = submission.error;
  facts.submitted_at = submission.submitted_at;
  facts.done_at = submission.ended() ? submission.ended_at : std::time(nullptr);
  facts.text = quotable(submission.submit_sm);
  return facts;
}

void Carrier::on_news(const Submission& submission, smpp::ReceiptState state, Time now) {
  if (state == smpp::ReceiptState::accepted) {
    if (!profile_.receipts.accepted_first) return;
  } else if (state != smpp::ReceiptState::enroute &&
             !asks_for(submission.submit_sm.registered_delivery, state)) {
    return;
  }
  const Faults::Target target{0, submission.submit_sm.destination_addr};
  if (faults_.strikes(FaultKind::lose_receipts, target, now)) return;
  const bool misnamed = faults_.strikes(FaultKind::wrong_receipt_ids, target, now).has_value();
  Time due = now + options_.receipt_delay;
  if (const auto fault = faults_.strikes(FaultKind::delay_receipts, target, now)) due += fault->delay;
  const auto early = faults_.strikes(FaultKind::early_receipts, target, now);
  if (early) {
    due = now;
    response_delay_ = early->delay;
  }
  Delivery delivery;
  delivery.lane = kFirstReceiptLane + submission.account;
  delivery.body =
      make_receipt(profile_.receipts, facts_of(submission, state, misnamed), submission.submit_sm);
  const int copies = faults_.strikes(FaultKind::duplicate_receipts, target, now) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (deliveries_.add(delivery, due, now)) ++counts_.receipts;
  }
  if (early) deliveries_.pump(now);
}

void Carrier::count_submit(const std::string& source_addr, Time now) {
  auto it = windows_.find(source_addr);
  if (it == windows_.end()) {
    if (windows_.size() >= kSourceAddressesMax) return;
    it = windows_.try_emplace(source_addr).first;
  }
  it->second.add(to_us(now), to_us(may_have_come_at_.value_or(now)));
}

void Carrier::harm_link(Link& link, Time now) {
  if (const auto fault = faults_.strikes(FaultKind::garbage, now)) link.raw += fault->octets;
  if (faults_.strikes(FaultKind::unbind, now)) link.session.unbind(now);
  if (faults_.strikes(FaultKind::close_links, now)) link.dropped = true;
  if (faults_.strikes(FaultKind::half_open, now)) freeze(link);
  if (const auto fault = faults_.strikes(FaultKind::slow_reading, now)) {
    link.read_octets_per_second = fault->octets_per_second;
  }
}

void Carrier::answer(Answer answer, const Faults::Target& target, Time now) {
  if (answer.status != smpp::ESME_ROK) ++counts_.submits_refused;
  auto delay = profile_.latency + jitter_.up_to(profile_.jitter);
  if (const auto first = std::exchange(response_delay_, std::nullopt)) delay += *first;
  if (!faults_.empty()) {
    if (faults_.strikes(FaultKind::lose_responses, target, now)) return;
    if (faults_.strikes(FaultKind::wrong_sequence, target, now)) answer.sequence_number ^= 0x40000000;
    if (faults_.strikes(FaultKind::duplicate_responses, target, now)) {
      smpp::encode(smpp::response_id(answer.request), answer.status, answer.sequence_number, answer.body,
                   links_.at(answer.link)->raw);
    }
    if (const auto fault = faults_.strikes(FaultKind::delay_responses, target, now)) delay += fault->delay;
    if (const auto fault = faults_.strikes(FaultKind::hold_responses, target, now)) {
      const Time until = fault->for_.count() > 0 ? now + fault->for_ : Time::max();
      if (answers_.hold(answer, until)) return;
    }
  }
  if (delay.count() == 0 || !answers_.wait(answer, now + delay)) give(answer, now);
}

void Carrier::give(const Answer& answer, Time now) {
  const auto it = links_.find(answer.link);
  if (it == links_.end()) return;
  it->second->session.respond(answer.sequence_number, answer.request, answer.status, answer.body, now);
}

// Takes the answers to enquire_link out again: the session gives them by itself. Output is whole PDUs.
void Carrier::drop_unwanted_answers(std::string& output, Time now) {
  if (!faults_.is_on(FaultKind::ignore_enquire_links, now)) return;
  for (std::size_t at = 0; at + smpp::kHeaderOctets <= output.size();) {
    const std::string_view pdu = std::string_view(output).substr(at);
    const std::size_t length = std::max<std::size_t>(header_word(pdu, 0), smpp::kHeaderOctets);
    const bool answers =
        header_word(pdu, 1) == static_cast<std::uint32_t>(smpp::CommandId::enquire_link_resp);
    if (answers && faults_.strikes(FaultKind::ignore_enquire_links, now)) {
      output.erase(at, length);
    } else {
      at += length;
    }
  }
}

}  // namespace peyk::sim
