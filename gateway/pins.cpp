#include "gateway/pins.hpp"

#include <sodium.h>

#include <new>
#include <stdexcept>

namespace peyk::gateway {

void initialise_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium found no random generator of the system");
}

std::string hash_pin(std::string_view pin) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), pin.data(), pin.size(), kPinHashPasses, kPinHashOctets) != 0) {
    throw std::bad_alloc();
  }
  return hash.data();
}

PinVerifier::PinVerifier(std::size_t remembered_max) : remembered_max_(remembered_max) {
  randombytes_buf(key_.data(), key_.size());
}

PinVerifier::~PinVerifier() {
  sodium_memzero(key_.data(), key_.size());
}

bool PinVerifier::operator()(std::string_view pin_hash, std::string_view pin) {
  if (pin_hash.empty() || pin_hash.size() >= crypto_pwhash_STRBYTES) return false;
  const Mark mark = mark_of(pin_hash, pin);
  {
    const std::lock_guard lock(mutex_);
    if (right_.contains(mark)) return true;
  }
  const std::string terminated(pin_hash);
  if (crypto_pwhash_str_verify(terminated.c_str(), pin.data(), pin.size()) != 0) return false;
  remember(mark);
  return true;
}

std::size_t PinVerifier::remembered() const {
  const std::lock_guard lock(mutex_);
  return right_.size();
}

// BLAKE2b under a key that nobody else has: a dump of this memory does not help to try PINs. A hash holds no
// zero octet, so the one between the two keeps them apart.
PinVerifier::Mark PinVerifier::mark_of(std::string_view pin_hash, std::string_view pin) const {
  crypto_generichash_state state;
  Mark mark{};
  const auto add = [&state](std::string_view text) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  };
  crypto_generichash_init(&state, key_.data(), key_.size(), mark.size());
  add(pin_hash);
  add(std::string_view("\0", 1));
  add(pin);
  crypto_generichash_final(&state, mark.data(), mark.size());
  sodium_memzero(&state, sizeof state);
  return mark;
}

void PinVerifier::remember(const Mark& mark) {
  const std::lock_guard lock(mutex_);
  if (remembered_max_ == 0 || !right_.insert(mark).second) return;
  oldest_first_.push_back(mark);
  if (oldest_first_.size() <= remembered_max_) return;
  right_.erase(oldest_first_.front());
  oldest_first_.pop_front();
}

}  // namespace peyk::gateway
