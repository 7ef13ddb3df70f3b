// codec: one submit_sm of 133 octets (a Persian text with a validity period) written and read by Peyk and by
// libsmpp34, in turn. The vector's octets must come out of both, else there is nothing to compare.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "smpp/pdu.hpp"
#include "tests/bench/libsmpp34.hpp"
#include "tests/bench/rounds.hpp"
#include "tests/kit/vectors.hpp"

namespace {

using namespace peyk;
using smpp::Pdu;

constexpr std::size_t kRounds = 31, kOctets = 133;
constexpr int kTimes = 50'000, kTimesOfOther = 2'000;

// pub-submit-fa-1 has 115 octets; the validity period has 16 and one more letter the other 2.
Pdu subject() {
  for (const nlohmann::json& vector : tests::load_vectors("submit")) {
    if (vector["id"] != "pub-submit-fa-1") continue;
    Pdu pdu = smpp::decode(tests::from_hex(vector["hex"].get<std::string>())).value();
    auto& submit = std::get<smpp::SubmitSm>(pdu.body);
    submit.validity_period = "000001000000000R";
    submit.short_message += std::string("\x06\x33", 2);
    return pdu;
  }
  throw std::runtime_error("the vectors have no pub-submit-fa-1");
}

double ns_each(int times, const std::function<void()>& work) {
  return bench::seconds_of(work) * 1e9 / times;
}

}  // namespace

int main() {
  Pdu pdu = subject();
  std::string octets;
  bench::OtherSubmitSm other;
  if (smpp::encode(pdu, octets) || octets.size() != kOctets) throw std::runtime_error("not 133 octets");
  other.unpack(octets);
  if (other.pack() != octets) throw std::runtime_error("libsmpp34 writes something else");
  const std::string frame = octets;

  const auto medians =
      bench::interleaved(kRounds, {[&] {
                                     return ns_each(kTimes, [&] {
                                       for (int i = 0; i < kTimes; ++i) {
                                         pdu.sequence_number = static_cast<std::uint32_t>(i) + 1;
                                         octets.clear();
                                         benchmark::DoNotOptimize(smpp::encode(pdu, octets));
                                         benchmark::DoNotOptimize(octets.data());
                                         benchmark::ClobberMemory();
                                       }
                                     });
                                   },
                                   [&] {
                                     return ns_each(kTimesOfOther, [&] {
                                       for (int i = 0; i < kTimesOfOther; ++i)
                                         benchmark::DoNotOptimize(other.pack());
                                     });
                                   },
                                   [&] {
                                     Pdu read;
                                     return ns_each(kTimes, [&] {
                                       for (int i = 0; i < kTimes; ++i) {
                                         benchmark::DoNotOptimize(smpp::decode(frame, read));
                                         benchmark::ClobberMemory();
                                       }
                                     });
                                   },
                                   [&] {
                                     return ns_each(kTimesOfOther, [&] {
                                       for (int i = 0; i < kTimesOfOther; ++i) other.unpack(frame);
                                     });
                                   },
                                   [&] {
                                     return ns_each(kTimes, [&] {
                                       for (int i = 0; i < kTimes; ++i) {
                                         Pdu fresh;
                                         benchmark::DoNotOptimize(smpp::decode(frame, fresh));
                                         benchmark::ClobberMemory();
                                       }
                                     });
                                   }});
  fmt::print("encode_ns: {:.1f} ns\nlibsmpp34_encode_ns: {:.0f} ns\n", medians[0], medians[1]);
  fmt::print("decode_ns: {:.1f} ns\nlibsmpp34_decode_ns: {:.0f} ns\n", medians[2], medians[3]);
  fmt::print("decode_into_new_pdu_ns: {:.1f} ns\n", medians[4]);
  fmt::print("encode_vs_libsmpp34_ratio: {:.1f} x\n", medians[1] / medians[0]);
  fmt::print("decode_vs_libsmpp34_ratio: {:.1f} x\n", medians[3] / medians[2]);
}
