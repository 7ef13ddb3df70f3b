#include "smpp/parts.hpp"

#include <cassert>
#include <utility>

namespace peyk::smpp {
namespace {

// 3GPP TS 23.040, 9.2.3.24.
constexpr std::uint8_t kConcatenation8 = 0x00, kPorts8 = 0x04, kPorts16 = 0x05, kConcatenation16 = 0x08,
                       kSingleShift = 0x24, kLockingShift = 0x25;

std::uint8_t octet(std::string_view octets, std::size_t index) {
  return static_cast<std::uint8_t>(octets[index]);
}

std::uint16_t word(std::string_view octets, std::size_t index) {
  return static_cast<std::uint16_t>(octet(octets, index) << 8 | octet(octets, index + 1));
}

std::optional<Part> sensible(const Part& part) {
  if (part.total == 0 || part.seq == 0 || part.seq > part.total) return std::nullopt;
  return part;
}

std::optional<Part> read_part(const InformationElement& element) {
  const std::string_view v = element.value;
  if (element.id == kConcatenation8 && v.size() == 3) {
    return sensible({octet(v, 0), RefWidth::bits8, octet(v, 1), octet(v, 2)});
  }
  if (element.id == kConcatenation16 && v.size() == 4) {
    return sensible({word(v, 0), RefWidth::bits16, octet(v, 2), octet(v, 3)});
  }
  return std::nullopt;
}

std::optional<Ports> read_ports(const InformationElement& element) {
  const std::string_view v = element.value;
  if (element.id == kPorts8 && v.size() == 2) return Ports{octet(v, 0), octet(v, 1)};
  if (element.id == kPorts16 && v.size() == 4) return Ports{word(v, 0), word(v, 2)};
  return std::nullopt;
}

template <class B>
std::string_view octets_of(const B& pdu) {
  if (!pdu.short_message.empty()) return pdu.short_message;
  return get_octets(pdu.tlvs, tag::message_payload).value_or(std::string_view{});
}

template <class B>
std::optional<UserData> read_any(const B& pdu) {
  auto data = split_user_data(message_octets(pdu), pdu.esm_class);
  if (data && !data->part) data->part = read_sar(pdu.tlvs);
  return data;
}

std::string message_key(std::string_view source_addr, std::string_view destination_addr, const Part& part) {
  std::string key;
  key.reserve(source_addr.size() + destination_addr.size() + 6);
  key.append(source_addr).push_back('\0');
  key.append(destination_addr).push_back('\0');
  key.push_back(part.ref_width == RefWidth::bits8 ? 'b' : 'w');
  key.push_back(static_cast<char>(part.ref >> 8));
  key.push_back(static_cast<char>(part.ref & 0xFF));
  key.push_back(static_cast<char>(part.total));
  return key;
}

}  // namespace

std::vector<InformationElement> information_elements(std::string_view header) {
  std::vector<InformationElement> elements;
  std::size_t at = 1;
  while (at + 2 <= header.size()) {
    const std::size_t length = octet(header, at + 1);
    if (at + 2 + length > header.size()) break;
    elements.push_back({octet(header, at), header.substr(at + 2, length)});
    at += 2 + length;
  }
  return elements;
}

std::optional<UserData> split_user_data(std::string_view octets, std::uint8_t esm_class) {
  if ((esm_class & esm_class::udhi) == 0) return UserData{{}, {}, {}, octets};
  if (octets.empty()) return std::nullopt;
  const std::size_t header_octets = octet(octets, 0) + std::size_t{1};
  if (header_octets > octets.size()) return std::nullopt;
  UserData data{{}, {}, octets.substr(0, header_octets), octets.substr(header_octets)};
  // An element that stands twice: the last one counts (9.2.3.24).
  for (const InformationElement& element : information_elements(data.header)) {
    if (const auto part = read_part(element)) data.part = part;
    if (const auto ports = read_ports(element)) data.ports = ports;
    if (element.value.size() != 1) continue;
    if (element.id == kSingleShift) data.single_shift = octet(element.value, 0);
    if (element.id == kLockingShift) data.locking_shift = octet(element.value, 0);
  }
  return data;
}

std::string build_udh(std::uint16_t ref, RefWidth width, std::uint8_t total, std::uint8_t seq) {
  assert(total >= 1 && seq >= 1 && seq <= total);
  const auto low = static_cast<char>(ref & 0xFF);
  if (width == RefWidth::bits8) {
    return {5, static_cast<char>(kConcatenation8), 3, low, static_cast<char>(total), static_cast<char>(seq)};
  }
  const auto high = static_cast<char>(ref >> 8);
  return {
      6, static_cast<char>(kConcatenation16), 4, high, low, static_cast<char>(total), static_cast<char>(seq)};
}

std::optional<Part> read_sar(const Tlvs& tlvs) {
  const auto ref = get_u16(tlvs, tag::sar_msg_ref_num);
  const auto total = get_u8(tlvs, tag::sar_total_segments);
  const auto seq = get_u8(tlvs, tag::sar_segment_seqnum);
  if (!ref || !total || !seq) return std::nullopt;
  return sensible({*ref, RefWidth::bits16, *total, *seq});
}

void write_sar(Tlvs& tlvs, const Part& part) {
  assert(sensible(part));
  set_u16(tlvs, tag::sar_msg_ref_num, part.ref);
  set_u8(tlvs, tag::sar_total_segments, part.total);
  set_u8(tlvs, tag::sar_segment_seqnum, part.seq);
}

std::string_view message_octets(const DeliverSm& pdu) {
  return octets_of(pdu);
}
std::string_view message_octets(const SubmitSm& pdu) {
  return octets_of(pdu);
}
std::string_view message_octets(const DataSm& pdu) {
  return get_octets(pdu.tlvs, tag::message_payload).value_or(std::string_view{});
}

std::optional<UserData> read_message(const DeliverSm& pdu) {
  return read_any(pdu);
}
std::optional<UserData> read_message(const SubmitSm& pdu) {
  return read_any(pdu);
}
std::optional<UserData> read_message(const DataSm& pdu) {
  return read_any(pdu);
}

std::optional<Reassembly::Joined> Reassembly::add(std::string_view source_addr,
                                                  std::string_view destination_addr, const Part& part,
                                                  std::string_view text, std::uint8_t data_coding, Time now) {
  assert(sensible(part));
  if (part.total == 1) return Joined{std::string(text), data_coding};
  expire(now);
  const std::string key = message_key(source_addr, destination_addr, part);
  if (const auto found = index_.find(key); found != index_.end()) {
    const auto& here = found->second->parts[part.seq - 1u];
    if (here && *here == text) return std::nullopt;
    if (here) drop(found->second);
  }
  Message& message = find_or_begin(key, part.total, now);
  auto& place = message.parts[part.seq - 1u];
  make_room(text.size(), message);
  place.emplace(text);
  message.octets += text.size();
  octets_ += text.size();
  if (part.seq == 1) message.data_coding = data_coding;
  if (--message.missing > 0) return std::nullopt;
  Joined joined{{}, message.data_coding};
  joined.text.reserve(message.octets);
  for (const auto& piece : message.parts) joined.text += *piece;
  drop(index_.at(message.key));
  return joined;
}

Reassembly::Message& Reassembly::find_or_begin(std::string key, std::uint8_t total, Time now) {
  if (const auto found = index_.find(key); found != index_.end()) return *found->second;
  if (messages_.size() >= options_.messages_max && !messages_.empty()) {
    drop(messages_.begin());
    ++crowded_out_;
  }
  Message& message = messages_.emplace_back();
  message.key = std::move(key);
  message.first_at = now;
  message.parts.resize(total);
  message.missing = total;
  index_.emplace(message.key, std::prev(messages_.end()));
  return message;
}

void Reassembly::make_room(std::size_t octets, const Message& keep) {
  // The message being joined may be the oldest, and stays: alone it is at most 255 parts.
  while (octets_ + octets > options_.octets_max && messages_.size() > 1) {
    auto oldest = messages_.begin();
    if (&*oldest == &keep) ++oldest;
    drop(oldest);
    ++crowded_out_;
  }
}

std::size_t Reassembly::expire(Time now) {
  std::size_t expired = 0;
  while (!messages_.empty() && now - messages_.front().first_at >= options_.wait_max) {
    drop(messages_.begin());
    ++expired;
  }
  return expired;
}

void Reassembly::drop(Messages::iterator message) {
  octets_ -= message->octets;
  index_.erase(message->key);
  messages_.erase(message);
}

}  // namespace peyk::smpp
