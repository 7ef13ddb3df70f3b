#include "tests/bench/libsmpp34.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>

extern "C" {
#include <libsmpp34/smpp34.h>
#include <libsmpp34/smpp34_structs.h>
}

namespace peyk::bench {

struct OtherSubmitSm::Held {
  submit_sm_t pdu{};
  std::array<std::uint8_t, 2048> octets{};
};

OtherSubmitSm::OtherSubmitSm() : held_(new Held) {}

OtherSubmitSm::~OtherSubmitSm() {
  delete held_;
}

void OtherSubmitSm::unpack(std::string_view octets) {
  if (smpp34_unpack2(&held_->pdu, reinterpret_cast<const std::uint8_t*>(octets.data()),
                     static_cast<int>(octets.size())) != 0)
    throw std::runtime_error(std::string("libsmpp34 does not read it: ") + smpp34_strerror);
}

std::string_view OtherSubmitSm::pack() {
  int size = 0;
  if (smpp34_pack2(held_->octets.data(), static_cast<int>(held_->octets.size()), &size, &held_->pdu) != 0)
    throw std::runtime_error(std::string("libsmpp34 does not write it: ") + smpp34_strerror);
  return {reinterpret_cast<const char*>(held_->octets.data()), static_cast<std::size_t>(size)};
}

}  // namespace peyk::bench
