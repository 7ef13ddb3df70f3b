#include "sim/carrier.hpp"

#include <algorithm>
#include <utility>

#include "sim/lanes.hpp"
#include "sim/messages.hpp"
#include "smpp/status.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {

namespace {

smpp::SessionOptions session_options(const Options& options, const Profile& profile) {
  smpp::SessionOptions session;
  session.role = smpp::Role::mc;
  session.system_id = "peyk-sim";
  session.interface_version = profile.interface_version;
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

Carrier::Carrier(const Options& options, Record& record, std::uint64_t first_message_id)
    : options_(options),
      record_(record),
      next_link_(lane_count(options), 0),
      answers_(options.limits.answers_waiting_max),
      faults_(options.seed),
      profile_(options.profile),
      contract_(profile_),
      centre_(options, profile_, first_message_id),
      jitter_(options.seed),
      rates_(options.accounts.size()),
      deliveries_(options, lane_count(options),
                  [this](std::size_t lane, DeliveryId id, const smpp::Body& body, Time now) {
                    return deliver(lane, id, body, now);
                  }),
      dialogs_(
          options, [this] { return ussd_account(); },
          [this](std::size_t account, smpp::Body step, std::function<void(const Delivered&, Time)> done,
                 Time now) { return send_step(account, std::move(step), std::move(done), now); }) {
  centre_.on_text = [this](const Text& text) {
    if (on_text) on_text(text);
  };
  centre_.on_news = [this](const Submission& submission, smpp::ReceiptState state, Time now) {
    on_news(submission, state, now);
  };
  if (options_.check_contract) {
    record_.on_pdu = [this](LinkId link, Direction direction, std::string_view pdu, std::int64_t at_us) {
      contract_.see(link, direction, pdu, at_us);
    };
  }
  for (const Fault& fault : profile_.faults) faults_.add(fault, Time{});
}

Carrier::~Carrier() {
  record_.on_pdu = nullptr;
}

std::optional<LinkId> Carrier::opened(Time now) {
  if (links_.size() >= options_.limits.links_max) return std::nullopt;
  const LinkId id = next_id_++;
  auto link = std::make_unique<Link>(id, session_options(options_, profile_), record_);
  link->session.connected(now);
  contract_.opened(id);
  links_.emplace(id, std::move(link));
  ++counts_.links;
  return id;
}

void Carrier::feed(LinkId id, std::string_view octets, Time now) {
  const auto it = links_.find(id);
  if (it == links_.end() || it->second->frozen) return;
  if (const std::uint32_t pace = it->second->read_octets_per_second) {
    it->second->read_again_at = now + std::chrono::milliseconds(octets.size() * 1000 / pace);
  }
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
  contract_.closed(id);
  deliveries_.pump(now);
}

void Carrier::tick(Time now) {
  for (const auto& [id, link] : links_) {
    if (link->frozen) continue;
    link->session.tick(now);
    handle_events(*link, now);
  }
  centre_.tick(now);
  contract_.tick(to_us(now));
  while (const auto due = answers_.take(now)) give(*due, now);
  dialogs_.tick(now);
  deliveries_.pump(now);
}

void Carrier::take_output(LinkId id, std::string& to, Time now) {
  const auto it = links_.find(id);
  if (it == links_.end() || it->second->frozen) return;
  Link& link = *it->second;
  std::string& output = link.session.output();
  if (!faults_.empty()) drop_unwanted_answers(output, now);
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

bool Carrier::reads(LinkId id, Time now) const {
  const auto it = links_.find(id);
  return it == links_.end() || now >= it->second->read_again_at;
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
  std::uint32_t status = bind_status(event.bind, link.account);
  if (const auto fault = faults_.strikes(FaultKind::refuse_binds, now)) status = fault->status;
  if (status != smpp::ESME_ROK) {
    ++counts_.binds_refused;
    link.session.refuse_bind(status, now);
    return;
  }
  ++counts_.binds;
  link.session.accept_bind(now);
  if (faults_.strikes(FaultKind::close_after_bind, now)) link.finished = true;
  if (on_bound) on_bound();
}

// The account is set when the answer is ESME_ROK.
std::uint32_t Carrier::bind_status(const smpp::Bind& bind, std::size_t& account) const {
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

std::optional<std::string> Carrier::send_text(const MoText& text, MoDone done, Time now) {
  if (templates::part_count(text.text, templates::choose(text.text)) > templates::kPartsMax) {
    return "longer than 255 parts";
  }
  std::vector<smpp::DeliverSm> parts =
      make_parts(text.from, text.to, text.text, next_reference_++, profile_.mo);
  if (auto why = why_not_encodable(parts.front())) return why;
  const Redeliver redeliver =
      text.redeliver == Redeliver::no && faults_.strikes(FaultKind::redeliver, {0, text.from}, now)
          ? Redeliver::after_answer
          : text.redeliver;
  const std::size_t copies = redeliver == Redeliver::no ? 1 : 2;
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
    if (redeliver == Redeliver::at_once) deliveries_.add(delivery, now, now);
    if (redeliver == Redeliver::after_answer) {
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

// The first account that has a link for dialogs.
std::optional<std::size_t> Carrier::ussd_account() const {
  for (std::size_t account = 0; account < options_.accounts.size(); ++account) {
    if (is_bound_for(first_step_lane(options_) + account)) return account;
  }
  return std::nullopt;
}

bool Carrier::is_bound_for(std::size_t lane) const {
  return std::ranges::any_of(links_,
                             [this, lane](const auto& entry) { return lane_allows(lane, *entry.second); });
}

bool Carrier::send_step(std::size_t account, smpp::Body step,
                        std::function<void(const Delivered&, Time)> done, Time now) {
  const std::size_t lane = first_step_lane(options_) + account;
  const auto* deliver_sm = std::get_if<smpp::DeliverSm>(&step);
  if (!is_bound_for(lane) || (deliver_sm != nullptr && why_not_encodable(*deliver_sm))) return false;
  Delivery delivery{std::move(step), lane, true, std::move(done)};
  if (!deliveries_.add(std::move(delivery), now, now)) return false;
  deliveries_.pump(now);
  return true;
}

bool Carrier::lane_allows(std::size_t lane, const Link& link) const {
  const smpp::State state = link.session.state();
  if (link.dropped || link.frozen || link.session.is_closing()) return false;
  if (state != smpp::State::bound_rx && state != smpp::State::bound_trx) return false;
  const Account& account = options_.accounts[link.account];
  if (lane >= first_step_lane(options_))
    return link.account == lane - first_step_lane(options_) && account.ussd;
  if (lane >= kFirstReceiptLane) return link.account == lane - kFirstReceiptLane;
  return lane == kTextLane ? account.sms : account.ussd;
}

// Links of a lane take turns.
bool Carrier::deliver(std::size_t lane, DeliveryId id, const smpp::Body& body, Time now) {
  if (links_.empty()) return false;
  auto it = links_.lower_bound(next_link_[lane]);
  for (std::size_t tries = 0; tries < links_.size(); ++tries, ++it) {
    if (it == links_.end()) it = links_.begin();
    Link& link = *it->second;
    if (!lane_allows(lane, link) || link.session.window_free() == 0) continue;
    if (!link.session.request(body, id, now)) continue;
    next_link_[lane] = link.id + 1;
    return true;
  }
  return false;
}

void Carrier::set_profile(Profile profile, Time now) {
  profile_ = std::move(profile);
  contract_.set_profile(profile_);
  rates_.assign(options_.accounts.size(), {});
  faults_.clear();
  for (const Fault& fault : profile_.faults) faults_.add(fault, now);
}

void Carrier::drop_links() {
  for (const auto& [id, link] : links_) link->dropped = true;
}

void Carrier::unbind_links(Time now) {
  for (const auto& [id, link] : links_) link->session.unbind(now);
}

void Carrier::freeze_links() {
  for (const auto& [id, link] : links_) freeze(*link);
}

void Carrier::freeze(Link& link) {
  link.frozen = true;
  contract_.closed(link.id);  // what it says now is not heard
}

void Carrier::release_responses(Time now) {
  answers_.release(now);
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
  contract_.clear();
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
