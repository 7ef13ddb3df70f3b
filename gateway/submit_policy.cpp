#include "gateway/submit_policy.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;
using smpp::StatusClass;
using What = SubmitDecision::What;
using Slow = SubmitDecision::Slow;

constexpr std::chrono::milliseconds kThrottlePause = 1s, kBackoffMax = 60s;
constexpr std::uint32_t kUnknownResends = 1;  // of one part

struct Reason {
  std::uint32_t command_status;
  std::string_view words;
};
// What staff may be asked about; the rest is said by its class.
constexpr std::array kReasons{
    Reason{smpp::ESME_RINVMSGLEN, "the text is too long for the carrier"},
    Reason{smpp::ESME_RINVSRCADR, "the carrier does not let this line send"},
    Reason{smpp::ESME_RINVDSTADR, "the carrier does not know this number"},
    Reason{smpp::ESME_RMSGQFUL, "too many texts wait for this phone"},
    Reason{smpp::ESME_RX_P_APPN, "the carrier refused it for good"},
    Reason{smpp::ESME_RX_R_APPN, "the carrier refused it for good"},
    Reason{smpp::ESME_RPROHIBITED, "the carrier forbids it"},
};

std::string words(std::uint32_t command_status, StatusClass status_class) {
  const auto found = std::find_if(kReasons.begin(), kReasons.end(), [command_status](const Reason& reason) {
    return reason.command_status == command_status;
  });
  std::string_view said = "refused by the carrier";
  if (found != kReasons.end()) {
    said = found->words;
  } else if (status_class == StatusClass::config) {
    said = "the carrier does not accept how we send";
  } else if (status_class == StatusClass::throttle) {
    said = "the carrier was too busy";
  } else if (status_class == StatusClass::temporary) {
    said = "the carrier could not take it";
  }
  return std::string(said) + " (" + smpp::status_name(command_status) + ")";
}

SubmitDecision give_up(std::string why) {
  SubmitDecision decision;
  decision.what = What::give_up;
  decision.why = std::move(why);
  return decision;
}

SubmitDecision try_again(std::chrono::milliseconds wait) {
  SubmitDecision decision;
  decision.what = What::wait;
  decision.wait = wait;
  return decision;
}

std::chrono::milliseconds with_jitter(std::chrono::milliseconds wait, double chance) {
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(wait.count()) * (0.8 + 0.4 * chance)));
}

}  // namespace

std::chrono::milliseconds backoff(std::uint32_t attempts_before, double chance) {
  const std::chrono::milliseconds wait =
      std::min(std::chrono::milliseconds(1000) * (1 << std::min(attempts_before, 6U)), kBackoffMax);
  return with_jitter(wait, chance);
}

bool may_send_again(handlers::Lane lane, std::uint32_t unknown_before) {
  return lane != handlers::Lane::promo && unknown_before < kUnknownResends;
}

SubmitPolicy::SubmitPolicy(std::map<std::uint32_t, StatusClass> classes) : classes_(std::move(classes)) {}

smpp::StatusRule SubmitPolicy::rule(const SubmitAnswer& answer) const {
  smpp::StatusRule rule = smpp::status_rule(answer.command_status);
  if (answer.command_status == smpp::ESME_RDELIVERYFAILURE && answer.delivery_failure_reason) {
    const bool lasting = *answer.delivery_failure_reason == 1 || *answer.delivery_failure_reason == 2;
    rule.status_class = lasting ? StatusClass::permanent : StatusClass::temporary;
  }
  const auto own = classes_.find(answer.command_status);
  if (own != classes_.end() && own->second != rule.status_class)
    rule = {.status_class = own->second, .alarm = own->second == StatusClass::config};
  return rule;
}

SubmitDecision SubmitPolicy::decide(const SubmitAnswer& answer, const SubmitSoFar& so_far,
                                    double chance) const {
  const smpp::StatusRule rule = this->rule(answer);
  const auto said = [&] { return words(answer.command_status, rule.status_class); };
  SubmitDecision decision;
  switch (rule.status_class) {
    case StatusClass::ok:
      return decision;
    case StatusClass::throttle:
      // A full queue may be that of one phone: the longer a text has met it, the longer it stays away.
      if (answer.command_status == smpp::ESME_RMSGQFUL) {
        decision =
            try_again(with_jitter(std::clamp<std::chrono::milliseconds>(
                                      std::chrono::duration_cast<std::chrono::milliseconds>(so_far.age / 2),
                                      kThrottlePause, kBackoffMax),
                                  chance));
        decision.slow = Slow::line;
      } else {
        decision = try_again(with_jitter(kThrottlePause, chance) + kThrottlePause / 5);
        decision.slow = Slow::account;
      }
      break;
    case StatusClass::temporary:
    case StatusClass::bind:
      if (rule.attempts_max != 0 && so_far.attempts + 1 >= rule.attempts_max) {
        decision = give_up(std::to_string(rule.attempts_max) + " times: " + said());
        break;
      }
      decision = try_again(backoff(so_far.attempts, chance));
      decision.counts = true;
      decision.carrier_refuses = rule.status_class == StatusClass::bind;
      break;
    case StatusClass::permanent:
      decision = give_up(said());
      break;
    case StatusClass::config:
      if (answer.command_status == smpp::ESME_RTLVNOTALLWD && so_far.carried_extra_tlvs) {
        decision = try_again(0ms);
        decision.without_extra_tlvs = true;
      } else if (so_far.another_carrier) {
        decision = try_again(0ms);
      } else {
        decision = give_up(said());
      }
      decision.carrier_refuses = !decision.without_extra_tlvs;
      break;
  }
  decision.alarm = rule.alarm;
  if (decision.what == What::wait && decision.wait >= so_far.left) {
    SubmitDecision over = give_up("its time was over; the last answer: " + said());
    over.expired = true;
    over.alarm = decision.alarm;
    over.slow = decision.slow;
    over.carrier_refuses = decision.carrier_refuses;
    return over;
  }
  return decision;
}

}  // namespace peyk::gateway
