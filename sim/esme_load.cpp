#include "sim/esme_load.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "smpp/receipt.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {
namespace {

std::string numbered(const std::string& text, std::uint64_t n) {
  const std::size_t mark = text.find("{n}");
  return mark == std::string::npos ? text : std::string(text).replace(mark, 3, std::to_string(n));
}

}  // namespace

EsmeLoad::EsmeLoad(EsmeLoadPlan plan, Time now)
    : plan_(std::move(plan)), links_(plan_.sessions), began_at_(now) {}

void EsmeLoad::opened(std::size_t i, Time now) {
  smpp::SessionOptions options;
  options.window = plan_.window;
  Link& link = links_[i];
  link.session = std::make_unique<smpp::Session>(options);
  link.up = true;
  link.ended = false;
  link.session->connected(now);
  smpp::Bind bind;
  bind.system_id = plan_.system_id;
  bind.password = plan_.password;
  bind.system_type = plan_.system_type;
  if (!link.session->bind(plan_.kind, bind, now)) link.ended = true;
}

void EsmeLoad::feed(std::size_t i, std::string_view octets, Time now) {
  if (!links_[i].up) return;
  links_[i].session->feed(octets, now);
  take_events(links_[i], now);
  send_more(now);
}

void EsmeLoad::closed(std::size_t i, Time now) {
  Link& link = links_[i];
  if (!std::exchange(link.up, false)) return;
  if (!link.ended) ++result_.links_lost;
  link.session->lost(now);
  take_events(link, now);
  link.ended = true;
}

void EsmeLoad::take_events(Link& link, Time now) {
  smpp::Event event;
  while (link.session->next_event(event)) {
    if (const auto* response = std::get_if<smpp::Response>(&event)) {
      const auto it = open_.find(response->tag);
      if (it == open_.end()) continue;
      result_.response.add(elapsed_us(it->second, now));
      open_.erase(it);
      ++result_.answered;
      ++result_.statuses[response->pdu.command_status];
      last_at_ = now;
    } else if (const auto* failed = std::get_if<smpp::RequestFailed>(&event)) {
      result_.lost += open_.erase(failed->tag);
    } else if (const auto* request = std::get_if<smpp::Request>(&event)) {
      const auto* deliver_sm = std::get_if<smpp::DeliverSm>(&request->pdu.body);
      const auto* data_sm = std::get_if<smpp::DataSm>(&request->pdu.body);
      const bool receipt = deliver_sm != nullptr ? smpp::receipt_kind(*deliver_sm) != smpp::ReceiptKind::none
                                                 : data_sm != nullptr && smpp::receipt_kind(*data_sm) !=
                                                                             smpp::ReceiptKind::none;
      ++(receipt ? result_.receipts : result_.delivered_sm);
      const smpp::Body answer =
          deliver_sm != nullptr ? smpp::Body(smpp::DeliverSmResp{}) : smpp::Body(smpp::DataSmResp{});
      link.session->respond(request->pdu.sequence_number, request->pdu.command_id, smpp::ESME_ROK, answer,
                            now);
    } else if (std::get_if<smpp::Bound>(&event) != nullptr) {
      ++result_.binds;
    } else if (std::get_if<smpp::BindRefused>(&event) != nullptr) {
      ++result_.binds_refused;
    } else if (std::get_if<smpp::Closed>(&event) != nullptr) {
      link.ended = true;
    }
  }
}

bool EsmeLoad::done_sending(Time now) const {
  return now >= began_at_ + plan_.duration || (plan_.count != 0 && result_.sent >= plan_.count);
}

// Sessions take turns.
void EsmeLoad::send_more(Time now) {
  if (done_sending(now)) return;
  for (std::size_t idle = 0; idle < links_.size();) {
    if (plan_.count != 0 && result_.sent >= plan_.count) return;
    const double elapsed_s = static_cast<double>(elapsed_us(began_at_, now)) / 1e6;
    if (plan_.rate > 0 && static_cast<double>(result_.sent) >= elapsed_s * plan_.rate) return;
    Link& link = links_[next_link_];
    next_link_ = (next_link_ + 1) % links_.size();
    idle = link.up && !link.ended && send_one(link, now) ? 0 : idle + 1;
  }
}

bool EsmeLoad::send_one(Link& link, Time now) {
  if (!link.session->is_bound() || link.session->window_free() == 0) return false;
  const std::uint64_t number = result_.sent + 1;
  smpp::SubmitSm submit_sm;
  submit_sm.source_addr = plan_.from;
  submit_sm.dest_addr_ton = submit_sm.dest_addr_npi = 1;
  submit_sm.destination_addr =
      std::to_string(plan_.first_phone + number % std::max<std::uint64_t>(1, plan_.phones));
  const std::string text = numbered(plan_.text, number);
  const auto alphabet = templates::choose(text);
  submit_sm.data_coding = templates::data_coding(alphabet);
  submit_sm.short_message = templates::encode(text, alphabet);
  submit_sm.registered_delivery = plan_.receipts ? smpp::registered_delivery::success_and_failure : 0;
  if (!link.session->request(submit_sm, number, now)) return false;
  if (result_.sent++ == 0) first_at_ = now;
  open_.emplace(number, now);
  return true;
}

void EsmeLoad::tick(Time now) {
  if (finished_) return;
  for (Link& link : links_) {
    if (!link.up) continue;
    link.session->tick(now);
    take_events(link, now);
  }
  send_more(now);
  const bool heard_all = open_.empty() && (!plan_.receipts || result_.receipts >= result_.statuses[0]);
  const bool time_is_up = now >= began_at_ + plan_.duration + plan_.drain;
  if (done_sending(now) && (heard_all || time_is_up) && !std::exchange(said_goodbye_, true)) {
    result_.lost += open_.size();
    open_.clear();
    result_.seconds = static_cast<double>(elapsed_us(first_at_, std::max(first_at_, last_at_))) / 1e6;
    for (Link& link : links_) {
      if (link.up) link.session->unbind(now);
    }
  }
  finished_ =
      said_goodbye_ && (now >= began_at_ + plan_.duration + 2 * plan_.drain ||
                        std::ranges::all_of(links_, [](const Link& link) { return !link.up || link.ended; }));
}

}  // namespace peyk::sim
