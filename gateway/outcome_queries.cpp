#include "gateway/outcome_queries.hpp"

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "smpp/address.hpp"
#include "smpp/receipt.hpp"

namespace peyk::gateway {
namespace {

// A receipt may be on its way a little longer than the text was worth something.
constexpr std::chrono::minutes kReceiptMayFollow{10};
constexpr std::size_t kQuestionsWaitingMax = 1000;  // unasked questions of a carrier; then no further look for it

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
  for (Told& one : failed_) told_.push(std::move(one));
  failed_.clear();
  save_told();
  ask();
  if (!lines_.empty() && !looking_ && told_.waiting() < kToldMax) look();
}

std::set<std::string> OutcomeQueries::carriers_with_room(const Line& line) const {
  std::set<std::string> carriers;
  for (const std::string& name : line.carriers) {
    const auto waiting = waiting_.find(name);
    if (waiting == waiting_.end() || waiting->second.size() < kQuestionsWaitingMax) carriers.insert(name);
  }
  return carriers;
}

void OutcomeQueries::look() {
  next_line_ = (next_line_ + 1) % lines_.size();
  const std::size_t at = next_line_;
  const Line& line = lines_[at];
  const std::set<std::string> carriers = carriers_with_room(line);
  if (carriers.empty()) return;
  auto page = std::make_shared<store::Unheard>();
  const auto over_before = wall_clock() - kReceiptMayFollow;
  looking_ = sql_.run(
      [page, number = line.number, carriers, after = line.after, over_before](store::Connection& connection) {
        *page = store::load_unheard(connection, number, carriers, after, over_before);
      },
      [this, page, at](bool done) {
        post_([this, page, at, done] {
          looking_ = false;
          if (!done) return;
          lines_[at].after = page->next;
          found(lines_[at], std::move(page->parts));
          ask();
        });
      });
}

void OutcomeQueries::found(const Line& line, std::vector<store::UnheardPart> parts) {
  for (store::UnheardPart& part : parts) {
    if (!not_marked_.emplace(part.message, part.part).second) continue;
    std::deque<Question>& waiting = waiting_[part.carrier];
    waiting.push_back({line.number, std::move(part)});
  }
}

void OutcomeQueries::ask() {
  std::vector<store::UnheardPart> asked;
  for (auto& [name, waiting] : waiting_) {
    Carrier& carrier = *carriers_.find(name);
    while (!waiting.empty() && carrier.is_half_idle()) {
      Question question = std::move(waiting.front());
      waiting.pop_front();
      if (!ask(carrier, question)) {
        waiting.push_back(std::move(question));  // behind the others, should it be the question's fault
        break;
      }
      asked.push_back(std::move(question.part));
    }
  }
  if (!asked.empty()) mark(std::move(asked));
}

bool OutcomeQueries::ask(Carrier& carrier, const Question& question) {
  const CarrierOptions& options = carrier.options();
  const auto sender = smpp::sender_address(question.line, static_cast<smpp::Ton>(options.source_addr_ton),
                                           static_cast<smpp::Npi>(options.source_addr_npi));
  const smpp::QuerySm query{.message_id = question.part.carrier_message_id,
                            .source_addr_ton = static_cast<std::uint8_t>(sender.ton),
                            .source_addr_npi = static_cast<std::uint8_t>(sender.npi),
                            .source_addr = sender.digits};
  const std::uint64_t tag = kQueryTag | ++next_tag_;
  if (!carrier.submit(query, tag)) return false;
  open_.emplace(tag, question.part);
  return true;
}

// Read once more before it is marked, a part is known by not_marked_; if it cannot be marked, it is asked
// about again.
void OutcomeQueries::mark(std::vector<store::UnheardPart> asked) {
  const auto parts = std::make_shared<const std::vector<store::UnheardPart>>(std::move(asked));
  const auto forget = [this, parts] {
    for (const store::UnheardPart& one : *parts) not_marked_.erase({one.message, one.part});
  };
  const auto now = wall_clock();
  const bool queued =
      sql_.run([parts, now](store::Connection& connection) { store::save_asked(connection, *parts, now); },
               [this, forget](bool) { post_(forget); });
  if (!queued) forget();
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
  store::Receipt told{.carrier = part.carrier,
                      .id = part.carrier_message_id,
                      .phone = part.phone,
                      .delivered = state == smpp::ReceiptState::delivered,
                      .word = std::string(smpp::words(state)),
                      .error = body->error_code == 0 ? std::string() : std::to_string(body->error_code),
                      .done_at = now};
  told_.push({std::move(told)});
  save_told();
}

// In sets; where the store's queue has no room, with the next tick.
void OutcomeQueries::save_told() {
  if (saving_ || told_.empty()) return;
  const ToldSets::Set set = told_.next();
  saving_ = sql_.run(
      [set](store::Connection& connection) {
        std::vector<store::Receipt> receipts;
        for (const Told& one : *set) receipts.push_back(one.receipt);
        store::save_receipts(connection, receipts, wall_clock());
      },
      [this, set](bool done) {
        post_([this, set, done] {
          saving_ = false;
          if (!done) not_saved(set);
          save_told();
        });
      });
  if (saving_) return;
  for (Told& one : *set) told_.push(std::move(one));
}

void OutcomeQueries::not_saved(const ToldSets::Set& set) {
  if (told_.halve(set)) return;
  Told& one = set->front();
  if (++one.failures < kSavesMax) return failed_.push_back(std::move(one));
  log::error("query_answer_not_saved", {{"carrier", one.receipt.carrier}, {"state", one.receipt.word}});
}

}  // namespace peyk::gateway
