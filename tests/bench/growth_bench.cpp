// growth: what a cashier's check and redemption cost in a club of ten thousand members, and in one of five
// million, each with a lot and a live code. One after the other, each in a transaction of its own; members
// are taken from all over the club, so the pages they lie on are not those that were just used.
#include <fmt/core.h>

#include "tests/bench/money.hpp"
#include "tests/bench/rounds.hpp"

namespace {

using namespace peyk;

constexpr std::uint64_t kFew = 10'000, kMany = 5'000'000, kRequests = 1'500;

struct Figures {
  double check_ms = 0, redeem_ms = 0;
};

Figures measure(std::uint64_t members) {
  bench::MoneyDatabase database(1, "8G");
  database.seed(0, members);
  store::MysqlOptions options = database.options();
  options.workers = 1;
  store::RequestWorkers workers(options, bench::hooks_of(database));
  workers.start();
  // 7,919 is prime to both: each request is about another member.
  const auto member = [members](std::uint64_t n) { return n * 7'919 % members; };
  const auto p50 = [&workers](const std::function<handlers::Request(std::uint64_t)>& request,
                              std::size_t texts) {
    std::vector<double> took = bench::one_by_one(workers, kRequests, request, texts);
    took.erase(took.begin(), took.begin() + 300);  // they warm
    return bench::median(std::move(took));
  };
  Figures figures;
  figures.check_ms = p50(
      [&member](std::uint64_t n) {
        handlers::Request request = bench::redemption(bench::kFirstCashier, member(n));
        request.key[30] = 1;
        std::get<handlers::TextRequest>(request.what).text = std::to_string(bench::kFirstNumber + member(n));
        return request;
      },
      1);
  figures.redeem_ms =
      p50([&member](std::uint64_t n) { return bench::redemption(bench::kFirstCashier, member(n)); }, 2);
  workers.stop();
  fmt::print("check_p50_{}_members: {:.3f} ms\n", members, figures.check_ms);
  fmt::print("redeem_p50_{}_members: {:.3f} ms\n", members, figures.redeem_ms);
  std::fflush(stdout);
  return figures;
}

}  // namespace

int main() {
  store::initialise_mysql_driver();
  const Figures few = measure(kFew), many = measure(kMany);
  fmt::print("check_p50_ratio_5m_vs_10k: {:.2f} x\n", many.check_ms / few.check_ms);
  fmt::print("redeem_p50_ratio_5m_vs_10k: {:.2f} x\n", many.redeem_ms / few.redeem_ms);
}
