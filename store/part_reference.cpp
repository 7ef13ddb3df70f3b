#include "store/part_reference.hpp"

namespace peyk::store {

std::uint16_t part_reference(std::uint64_t message, std::uint32_t part) {
  constexpr std::uint64_t kPartsApart = 31;
  return static_cast<std::uint16_t>(message * kPartsApart + part - 1);
}

std::optional<std::size_t> match_reference(const ReferenceQuestion& receipt,
                                           std::span<const ReferencedPart> parts) {
  if (receipt.reference == 0) return std::nullopt;
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const ReferencedPart& part = parts[i];
    if (part_reference(part.message, part.part) != receipt.reference) continue;
    if (!part.carrier.empty() && part.carrier != receipt.carrier) continue;
    if (found) return std::nullopt;
    found = i;
  }
  if (!found) return std::nullopt;
  const ReferencedPart& part = parts[*found];
  if (part.unknown) return found;
  const bool meant = part.maybe_twice ? receipt.delivered : !receipt.has_id;
  return meant && !part.carrier.empty() ? found : std::nullopt;
}

}  // namespace peyk::store
