// Who may bind to us, or bid us bind (outbind). Pure, but for the comparison of passwords, which takes the
// same time however much of them is right.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/networks.hpp"
#include "gateway/options.hpp"

namespace peyk::gateway {

// A carrier that we listen for.
struct Guest {
  const CarrierOptions* options = nullptr;
  Networks allow;
};

struct Admission {
  std::optional<std::size_t> guest;  // which; empty: nobody, for command_status says why
  std::uint32_t command_status = 0;
};

// In the order of checking: ESME_RINVSYSID (nobody of that name), ESME_RBINDFAIL (not from there),
// ESME_RINVPASWD.
Admission admit(std::span<const Guest> guests, const boost::asio::ip::address& from,
                std::string_view system_id, std::string_view password);

}  // namespace peyk::gateway
