// Cashiers' PINs: hashed with Argon2id (libsodium), verified with a memory for what was right.
//
// A PIN has 4 to 6 digits, so whoever holds a hash finds its PIN by trying them all; hashing only slows a
// thief of the database down, and the lockout of a cashier's phone (rules/attempts.hpp) is what stops a
// guesser. So one hash costs little, and a right answer is remembered: a cashier's second redemption must not
// keep a store worker busy for it.
//
// What must stay true: no PIN is kept, not even in memory (what is remembered is a keyed hash, its key of
// this process alone); wrong ones are not remembered, so guessing never gets cheaper.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace peyk::gateway {

// About 5 ms of one core on a small server, and 1 MiB: 10^4 PINs are tried in a minute, 10^6 in an hour and a
// half.
inline constexpr unsigned long long kPinHashPasses = 6;
inline constexpr std::size_t kPinHashOctets = 1 << 20;

inline constexpr std::size_t kPinsRememberedMax = 10'000;  // 1 MiB; more: the oldest are verified anew

// Once in main, before anything else here. Throws std::runtime_error when the system's random generator is
// missing.
void initialise_sodium();

// crypto_pwhash_str: "$argon2id$v=19$m=1024,t=6,p=1$…", with a fresh salt. Throws std::bad_alloc without
// memory.
std::string hash_pin(std::string_view pin);

// Any thread; verifying does not hold the lock.
class PinVerifier {
 public:
  explicit PinVerifier(std::size_t remembered_max = kPinsRememberedMax);
  ~PinVerifier();
  PinVerifier(const PinVerifier&) = delete;
  PinVerifier& operator=(const PinVerifier&) = delete;

  // False for a wrong PIN, and for what is no hash.
  bool operator()(std::string_view pin_hash, std::string_view pin);

  std::size_t remembered() const;

 private:
  using Mark = std::array<unsigned char, 32>;
  Mark mark_of(std::string_view pin_hash, std::string_view pin) const;
  void remember(const Mark& mark);

  const std::size_t remembered_max_;
  std::array<unsigned char, 32> key_{};
  mutable std::mutex mutex_;
  std::set<Mark> right_;
  std::deque<Mark> oldest_first_;
};

}  // namespace peyk::gateway
