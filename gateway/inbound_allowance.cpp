#include "gateway/inbound_allowance.hpp"

#include <utility>

namespace peyk::gateway {
namespace {

struct Share {
  Share(std::shared_ptr<std::atomic<std::size_t>> used, std::size_t amount)
      : used_(std::move(used)), amount_(amount) {
    *used_ += amount_;
  }
  ~Share() { *used_ -= amount_; }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

 private:
  std::shared_ptr<std::atomic<std::size_t>> used_;
  std::size_t amount_;
};

std::size_t octets_of(const smpp::Tlvs& tlvs) {
  std::size_t octets = 0;
  for (const smpp::Tlv& tlv : tlvs) octets += sizeof(tlv) + tlv.value.size();
  return octets;
}

}  // namespace

std::shared_ptr<const void> LinkAllowance::hold(const CarrierLink* link, std::size_t amount) {
  Used& used = used_[link];
  if (!used) used = std::make_shared<std::atomic<std::size_t>>(0);
  const std::size_t now = *used;
  if (now > per_link_max_ || amount > per_link_max_ - now) return nullptr;
  return std::make_shared<Share>(used, amount);
}

std::size_t LinkAllowance::held(const CarrierLink* link) const {
  const auto found = used_.find(link);
  return found == used_.end() ? 0 : found->second->load();
}

std::size_t octets_held_by(const smpp::Pdu& pdu) {
  std::size_t octets = sizeof(pdu);
  if (const auto* deliver = std::get_if<smpp::DeliverSm>(&pdu.body))
    octets += deliver->short_message.size() + octets_of(deliver->tlvs);
  if (const auto* data = std::get_if<smpp::DataSm>(&pdu.body)) octets += octets_of(data->tlvs);
  return octets;
}

}  // namespace peyk::gateway
