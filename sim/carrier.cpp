#include "sim/carrier.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include "sim/messages.hpp"
#include "sim/ussd_network.hpp"
#include "smpp/status.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {
namespace {

// Lanes of Deliveries: texts and USSD steps may go to any link whose account carries them; receipts go to the
// account that asked.
constexpr std::size_t kTextLane = 0, kUssdLane = 1, kFirstReceiptLane = 2;
constexpr std::size_t kSourceAddressesMax = 10'000;

smpp::SessionOptions session_options(const Options& options) {
  smpp::SessionOptions session;
  session.role = smpp::Role::mc;
  session.system_id = "peyk-sim";
  session.window = options.deliver_window;
  session.output_octets_max = options.limits.link_output_bytes_max;
  session.timers.session_init = options.session_init_timeout;
  session.timers.enquire_link_interval = options.enquire_link_interval;
  session.timers.enquire_link_answer = options.enquire_link_timeout;
  session.timers.response = options.response_timeout;
  return session;
}

// The deliveries of one MO text, gathered until the last is answered.
struct MoGroup {
  MoResult result;
  std::size_t open = 0;
  Carrier::MoDone done;
};

void gather(const std::shared_ptr<MoGroup>& group, const Delivered& delivered, Time now) {
  MoResult& result = group->result;
  if (result.command_status == 0) result.command_status = delivered.command_status;
  result.statuses.push_back(delivered.command_status);
  result.us = std::max(result.us, delivered.us);
  result.attempts += delivered.attempts;
  result.answered = result.answered && delivered.how == Delivered::How::answered;
  if (--group->open == 0 && group->done) group->done(result, now);
}

}  // namespace

struct Carrier::Link {
  Link(LinkId link_id, const Options& options, Record& record)
      : id(link_id),
        session(session_options(options)),
        tap_in(record, link_id, Direction::in),
        tap_out(record, link_id, Direction::out) {}

  LinkId id;
  smpp::Session session;
  Tap tap_in, tap_out;
  std::string raw;  // to be written as it is
  std::size_t account = 0;
  bool dropped = false;   // closed at once, unwritten octets lost
  bool finished = false;  // closed after the last octet
};

struct Carrier::LateAnswer {
  LinkId link = 0;
  std::uint32_t sequence_number = 0;
  std::string message_id;
};

Carrier::Carrier(const Options& options, Record& record, std::uint64_t first_message_id)
    : options_(options),
      record_(record),
      next_link_(kFirstReceiptLane + options.accounts.size(), 0),
      next_message_id_(first_message_id),
      texts_(options.limits.texts_kept_max, options.limits.partial_texts_max),
      deliveries_(options, kFirstReceiptLane + options.accounts.size(),
                  [this](std::size_t lane, DeliveryId id, const smpp::DeliverSm& deliver_sm, Time now) {
                    return deliver(lane, id, deliver_sm, now);
                  }),
      dialogs_(options, [this](smpp::DeliverSm step, std::function<void(const Delivered&, Time)> done,
                               Time now) { return send_step(std::move(step), std::move(done), now); }) {}

Carrier::~Carrier() = default;

std::optional<LinkId> Carrier::opened(Time now) {
  if (links_.size() >= options_.limits.links_max) return std::nullopt;
  const LinkId id = next_id_++;
  auto link = std::make_unique<Link>(id, options_, record_);
  link->session.connected(now);
  links_.emplace(id, std::move(link));
  ++counts_.links;
  return id;
}

void Carrier::feed(LinkId id, std::string_view octets, Time now) {
  const auto it = links_.find(id);
  if (it == links_.end()) return;
  it->second->tap_in.see(octets, to_us(now));
  it->second->session.feed(octets, now);
  handle_events(*it->second, now);
  deliveries_.pump(now);
}

void Carrier::closed(LinkId id, Time now) {
  const auto it = links_.find(id);
  if (it == links_.end()) return;
  Link& link = *it->second;
  if (!link.finished) ++counts_.links_lost;
  link.session.lost(now);
  handle_events(link, now);
  links_.erase(it);
  deliveries_.pump(now);
}

void Carrier::tick(Time now) {
  for (const auto& [id, link] : links_) {
    link->session.tick(now);
    handle_events(*link, now);
  }
  answer_late(now);
  dialogs_.tick(now);
  deliveries_.pump(now);
}

void Carrier::take_output(LinkId id, std::string& to, Time now) {
  const auto it = links_.find(id);
  if (it == links_.end()) return;
  Link& link = *it->second;
  std::string& output = link.session.output();
  if (!output.empty()) {
    link.tap_out.see(output, to_us(now));
    to.append(output);
    output.clear();
  }
  if (!link.raw.empty()) {
    record_.add(to_us(now), id, Direction::out, link.raw);
    to.append(link.raw);
    link.raw.clear();
  }
}

bool Carrier::finished(LinkId id) const {
  const auto it = links_.find(id);
  return it == links_.end() || it->second->finished || it->second->dropped;
}

bool Carrier::dropped(LinkId id) const {
  const auto it = links_.find(id);
  return it == links_.end() || it->second->dropped;
}

std::vector<LinkId> Carrier::links() const {
  std::vector<LinkId> ids;
  for (const auto& [id, link] : links_) ids.push_back(id);
  return ids;
}

void Carrier::handle_events(Link& link, Time now) {
  smpp::Event event;
  while (link.session.next_event(event)) {
    if (auto* request = std::get_if<smpp::Request>(&event)) {
      on_event(link, *request, now);
    } else if (const auto* response = std::get_if<smpp::Response>(&event)) {
      deliveries_.answered(response->tag, response->pdu.command_status, now);
    } else if (const auto* failed = std::get_if<smpp::RequestFailed>(&event)) {
      deliveries_.failed(failed->tag, failed->why == smpp::FailReason::timeout, now);
    } else if (auto* bind = std::get_if<smpp::BindRequested>(&event)) {
      on_event(link, *bind, now);
    } else if (std::get_if<smpp::Closed>(&event) != nullptr) {
      link.finished = true;
    }
  }
}

void Carrier::on_event(Link& link, smpp::BindRequested& event, Time now) {
  const std::uint32_t status = bind_status(event.bind, link.account, now);
  if (status != smpp::ESME_ROK) {
    ++counts_.binds_refused;
    link.session.refuse_bind(status, now);
    return;
  }
  ++counts_.binds;
  link.session.accept_bind(now);
  if (on_bound) on_bound();
}

// The account is set when the answer is ESME_ROK.
std::uint32_t Carrier::bind_status(const smpp::Bind& bind, std::size_t& account, Time now) const {
  if (now < faults_.refuse_binds_until) return faults_.refuse_binds_status;
  const auto it = std::ranges::find(options_.accounts, bind.system_id, &Account::system_id);
  if (it == options_.accounts.end()) return smpp::ESME_RINVSYSID;
  if (it->password != bind.password) return smpp::ESME_RINVPASWD;
  const auto index = static_cast<std::size_t>(it - options_.accounts.begin());
  const auto bound = std::ranges::count_if(links_, [index](const auto& entry) {
    return entry.second->session.is_bound() && entry.second->account == index;
  });
  if (it->sessions_max != 0 && bound >= static_cast<std::ptrdiff_t>(it->sessions_max))
    return smpp::ESME_RALYBND;
  account = index;
  return smpp::ESME_ROK;
}

void Carrier::on_event(Link& link, smpp::Request& event, Time now) {
  const smpp::Pdu& pdu = event.pdu;
  if (const auto* submit_sm = std::get_if<smpp::SubmitSm>(&pdu.body)) {
    on_submit(link, pdu.sequence_number, *submit_sm, now);
  } else {
    // This carrier sells submit_sm only.
    link.session.respond(pdu.sequence_number, pdu.command_id, smpp::ESME_RINVCMDID, {}, now);
  }
}

void Carrier::on_submit(Link& link, std::uint32_t sequence_number, const smpp::SubmitSm& submit_sm,
                        Time now) {
  const auto respond = [&](std::uint32_t status, const smpp::Body& body) {
    if (status != smpp::ESME_ROK) ++counts_.submits_refused;
    link.session.respond(sequence_number, smpp::CommandId::submit_sm, status, body, now);
  };
  ++counts_.submits;
  count_submit(submit_sm.source_addr, now);
  if (faults_.respond_count > 0) {
    --faults_.respond_count;
    if (faults_.respond_status == smpp::ESME_RTHROTTLED) ++counts_.throttled;
    return respond(faults_.respond_status, {});
  }
  std::string message_id = std::to_string(next_message_id_++);
  if (is_ussd(submit_sm)) {
    const std::uint32_t status = dialogs_.submitted(submit_sm, now);
    return respond(status,
                   status == smpp::ESME_ROK ? smpp::Body(smpp::SubmitSmResp{message_id, {}}) : smpp::Body());
  }
  accept(link, submit_sm, message_id, now);
  if (faults_.lose_count > 0) {
    --faults_.lose_count;
  } else if (faults_.delay_count > 0) {
    --faults_.delay_count;
    late_.emplace(now + faults_.delay, LateAnswer{link.id, sequence_number, std::move(message_id)});
  } else {
    respond(smpp::ESME_ROK, smpp::SubmitSmResp{std::move(message_id), {}});
  }
}

void Carrier::accept(Link& link, const smpp::SubmitSm& submit_sm, const std::string& message_id, Time now) {
  schedule_receipt(link, submit_sm, message_id, now);
  const Text* text = texts_.arrived(submit_sm, now);
  if (text != nullptr && on_text) on_text(*text);
}

void Carrier::schedule_receipt(Link& link, const smpp::SubmitSm& submit_sm, const std::string& message_id,
                               Time now) {
  const int asked = submit_sm.registered_delivery & smpp::registered_delivery::receipt_mask;
  if (faults_.withhold_receipts || (asked != smpp::registered_delivery::success_and_failure &&
                                    asked != smpp::registered_delivery::success)) {
    return;
  }
  Delivery delivery;
  delivery.lane = kFirstReceiptLane + link.account;
  delivery.deliver_sm = make_receipt(submit_sm, message_id, std::time(nullptr), options_.receipt_delay);
  if (deliveries_.add(std::move(delivery), now + options_.receipt_delay, now)) ++counts_.receipts;
}

void Carrier::count_submit(const std::string& source_addr, Time now) {
  auto it = windows_.find(source_addr);
  if (it == windows_.end()) {
    if (windows_.size() >= kSourceAddressesMax) return;
    it = windows_.try_emplace(source_addr).first;
  }
  it->second.add(to_us(now));
}

void Carrier::answer_late(Time now) {
  while (!late_.empty() && late_.begin()->first <= now) {
    LateAnswer answer = std::move(late_.begin()->second);
    late_.erase(late_.begin());
    if (const auto it = links_.find(answer.link); it != links_.end()) {
      it->second->session.respond(answer.sequence_number, smpp::CommandId::submit_sm, smpp::ESME_ROK,
                                  smpp::SubmitSmResp{std::move(answer.message_id), {}}, now);
    }
  }
}

std::optional<std::string> Carrier::send_text(const MoText& text, MoDone done, Time now) {
  if (templates::part_count(text.text, templates::choose(text.text)) > templates::kPartsMax) {
    return "longer than 255 parts";
  }
  std::vector<smpp::DeliverSm> parts = make_parts(text.from, text.to, text.text, next_reference_++);
  if (auto why = why_not_encodable(parts.front())) return why;
  const std::size_t copies = text.redeliver == Redeliver::no ? 1 : 2;
  if (deliveries_.count() + parts.size() * copies > options_.limits.deliveries_max)
    return "too many deliveries wait";
  const auto group = std::make_shared<MoGroup>();
  group->open = parts.size() * copies;
  group->done = [this, done = std::move(done)](const MoResult& result, Time at) {
    ++counts_.mo_answered;
    if (done) done(result, at);
  };
  ++counts_.mo;
  for (smpp::DeliverSm& part : parts) {
    const auto last = [group](const Delivered& delivered, Time at) { gather(group, delivered, at); };
    Delivery delivery{part, kTextLane, false, last};
    if (text.redeliver == Redeliver::at_once) deliveries_.add(delivery, now, now);
    if (text.redeliver == Redeliver::after_answer) {
      delivery.done = [this, group, part, last](const Delivered& delivered, Time at) {
        deliveries_.add(Delivery{part, kTextLane, false, last}, at, at);
        gather(group, delivered, at);
      };
    }
    deliveries_.add(std::move(delivery), now, now);
  }
  deliveries_.pump(now);
  return std::nullopt;
}

bool Carrier::send_step(smpp::DeliverSm step, std::function<void(const Delivered&, Time)> done, Time now) {
  if (std::ranges::none_of(links_,
                           [this](const auto& entry) { return lane_allows(kUssdLane, *entry.second); }) ||
      why_not_encodable(step)) {
    return false;
  }
  Delivery delivery{std::move(step), kUssdLane, true, std::move(done)};
  if (!deliveries_.add(std::move(delivery), now, now)) return false;
  deliveries_.pump(now);
  return true;
}

bool Carrier::lane_allows(std::size_t lane, const Link& link) const {
  const smpp::State state = link.session.state();
  if (link.dropped || link.session.is_closing()) return false;
  if (state != smpp::State::bound_rx && state != smpp::State::bound_trx) return false;
  if (lane >= kFirstReceiptLane) return link.account == lane - kFirstReceiptLane;
  const Account& account = options_.accounts[link.account];
  return lane == kTextLane ? account.sms : account.ussd;
}

// Links of a lane take turns.
bool Carrier::deliver(std::size_t lane, DeliveryId id, const smpp::DeliverSm& deliver_sm, Time now) {
  if (links_.empty()) return false;
  auto it = links_.lower_bound(next_link_[lane]);
  for (std::size_t tries = 0; tries < links_.size(); ++tries, ++it) {
    if (it == links_.end()) it = links_.begin();
    Link& link = *it->second;
    if (!lane_allows(lane, link) || link.session.window_free() == 0) continue;
    if (!link.session.request(deliver_sm, id, now)) continue;
    next_link_[lane] = link.id + 1;
    return true;
  }
  return false;
}

void Carrier::drop_links() {
  for (const auto& [id, link] : links_) link->dropped = true;
}

void Carrier::unbind_links(Time now) {
  for (const auto& [id, link] : links_) link->session.unbind(now);
}

bool Carrier::send_raw(LinkId id, std::string_view octets) {
  const auto it = links_.find(id);
  if (it == links_.end()) return false;
  it->second->raw.append(octets);
  return true;
}

void Carrier::clear_counts() {
  counts_ = {};
  windows_.clear();
}

std::size_t Carrier::bound_receivers() const {
  return static_cast<std::size_t>(std::ranges::count_if(links_, [this](const auto& entry) {
    const Link& link = *entry.second;
    return lane_allows(kTextLane, link) || lane_allows(kUssdLane, link);
  }));
}

std::size_t Carrier::bound_links() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(links_, [](const auto& entry) { return entry.second->session.is_bound(); }));
}

}  // namespace peyk::sim
