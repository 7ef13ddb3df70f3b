// codes: what it costs to give a new member a code where the club has no live codes, a million, five million.
// Each is a purchase from a till, by itself in its transaction; the numbers of a club are nine million, so
// with five million of them taken more than half of what chance draws is.
#include <fmt/core.h>

#include "tests/bench/money.hpp"
#include "tests/bench/rounds.hpp"

namespace {

using namespace peyk;

constexpr std::uint64_t kPurchases = 1'500, kMillion = 1'000'000;

// As many live codes as that, all of one lot of one member, under numbers that are spread evenly; the few
// that purchases have drawn already stay theirs.
void fill(bench::MoneyDatabase& database, std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t kRows = 250'000;
  for (; from < to; from += std::min(kRows, to - from)) {
    // 7,000,009 is prime to nine million: each n has a number of its own.
    database.query(fmt::format(
        "INSERT IGNORE INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, "
        "issued_at)"
        " SELECT {0} + seq, 1, {1} + seq * 7000009 % 9000000, {1} + seq * 7000009 % 9000000, {0}, {0}, 1,"
        " '2026-01-01' FROM seq_{2}_to_{3}",
        bench::kFirstId, bench::kFirstNumber, from, std::min(from + kRows, to) - 1));
  }
}

handlers::Request purchase(std::uint64_t n) {
  handlers::Request request;
  for (std::size_t i = 0; i < 8; ++i)
    request.key[i] = request.fingerprint[i] = static_cast<std::uint8_t>(n >> (8 * i));
  request.received_at = bench::now();
  request.what = handlers::PurchaseRequest{.club = 1,
                                           .branch = 1,
                                           .phone = 989'300'000'000 + n,
                                           .invoice = std::to_string(n),
                                           .amount = 4'000'000};
  return request;
}

}  // namespace

int main() {
  store::initialise_mysql_driver();
  bench::MoneyDatabase database(1, "4G");
  database.seed(0, 1);
  store::MysqlOptions options = database.options();
  options.workers = 1;
  store::RequestWorkers workers(options, bench::hooks_of(database));
  workers.start();
  std::uint64_t done = 0, live = 1;
  const auto measure = [&] {
    std::vector<double> took = bench::one_by_one(
        workers, kPurchases, [&done](std::uint64_t) { return purchase(++done); }, 1);
    took.erase(took.begin(), took.begin() + 300);  // they warm
    const double p50 = bench::median(std::move(took));
    fmt::print("purchase_with_code_p50_{}_live: {:.3f} ms\n", live, p50);
    std::fflush(stdout);
    return p50;
  };
  measure();
  const double with_none = measure();
  double with_five_million = 0;
  for (const std::uint64_t many : {kMillion, 5 * kMillion}) {
    fill(database, live, many);
    live = many;
    with_five_million = measure();
  }
  fmt::print("allocation_ratio_5m_vs_0: {:.2f} x\n", with_five_million / with_none);
  workers.stop();
}
