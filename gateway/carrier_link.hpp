// One session with a carrier, as the rest of the gateway sees it: what may be sent now, what came in, what
// became of what was sent. Beneath it are one connection, or the two of a pair (LinkLeg).
//
//   bind_mode transceiver, transmitter, receiver: one connection
//   pair: a transmitter and a receiver side by side; without its receiver it still sends, without its
//         transmitter it still hears, and says so
//
// On a connection that the carrier opened and bound itself (accept) we are its message centre: what it
// submits comes out here as a deliver_sm, what we submit leaves as a deliver_sm. A peer that sends deliver_sm
// although it bound is the message centre in all but name: from its first one on, on all sessions of its
// carrier and after each reconnect, what we submit leaves as a submit_sm, for it would refuse anything else
// for good. `accepted_peer` may say so, or the opposite, before. Whoever uses this class need not know any of
// it.
//
// What must stay true: the reader never waits for what becomes of a request; every submit that was accepted
// comes back once, as a response or as unknown; a connection whose answers say that it is not bound (the
// class `bind` of a status) is bound anew.
//
// Thread rule: the network thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/link_leg.hpp"
#include "gateway/submit_policy.hpp"

namespace peyk::gateway {

class CarrierLink;

// A request of the carrier's, and where its answer goes. The body of what an accepted peer submitted is a
// DeliverSm; the command_id stays what it was.
struct CarrierRequest {
  CarrierLink* link = nullptr;
  std::uint64_t generation = 0;
  smpp::Pdu pdu;
  std::shared_ptr<const void> held{};  // its share of what the link may hold (inbound_allowance.hpp)
};

struct LinkHooks {
  std::function<void(CarrierRequest)> request;
  // The whole answer, its TLVs too (5.0: congestion_state). To what left as a deliver_sm: a SubmitSmResp
  // without message_id.
  std::function<void(std::uint64_t tag, const smpp::Pdu& response)> response;
  std::function<void(std::uint64_t tag)> unknown;  // sent, and no answer: it may have been taken
  // Something about its connections has changed; `up`: at least one is bound.
  std::function<void(CarrierLink&, bool up)> state;
  // For metrics; may be left out.
  std::function<void(const CarrierLink&, std::chrono::nanoseconds)> answered = {};  // from submit to response
  std::function<void(const CarrierLink&)> reconnecting = {};
  std::function<void(const CarrierLink&, std::uint32_t command_status)> bind_refused = {};
};

// The state of a link for people and metrics: the best of its connections', and half_bound.
enum class LinkState : std::uint8_t { down, connecting, binding, half_bound, bound, refused };
inline constexpr std::size_t kLinkStates = 6;
std::string_view words(LinkState state);

// What all links of a carrier know together.
struct SharedByLinks {
  explicit SharedByLinks(const CarrierOptions& options)
      : attempts({.per_minute = options.reconnects_per_minute}),
        peer_delivers(options.accepted_peer == AcceptedPeer::message_centre) {}

  CarrierAttempts attempts;
  bool peer_delivers;  // accept: who binds to us is the message centre
};

class CarrierLink {
 public:
  // `options`, what the whole carrier shares and what the hooks refer to outlive this. `make_wire`: how a
  // connection begins; by default TCP, with TLS where `tls` is given.
  CarrierLink(boost::asio::io_context& io, const CarrierOptions& options, std::uint32_t index,
              SharedByLinks& shared, LinkHooks hooks, Tls* tls = nullptr, MakeWire make_wire = {});
  CarrierLink(const CarrierLink&) = delete;
  CarrierLink& operator=(const CarrierLink&) = delete;

  // Connects and binds, where that is ours to do.
  void start();
  // Says goodbye to the carrier and ends; returns when nothing of this link runs any more.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);
  void begin_stop(std::chrono::steady_clock::time_point deadline);
  bool stopped() const;

  // accept, outbind: who asked to bind as `kind` may have this place; null: it is taken.
  LinkLeg* place_for(smpp::BindKind kind);

  // At least one of its connections is bound.
  bool is_bound() const;
  LinkState state() const;
  // "bound", "half_bound: no receiver", "refused: ESME_RINVPASWD"
  std::string describe() const;
  // A connection that a submit_sm can leave by is bound, whatever its window.
  bool may_submit() const;
  // Requests that may leave now.
  std::uint32_t room() const;
  bool can_send() const { return options_.bind_mode != BindMode::receiver; }

  // False: not now (no bind, window full), or never (it cannot be written); nothing was sent. A request of an
  // esme's: submit_sm, data_sm, query_sm, cancel_sm …
  bool submit(const smpp::Body& message, std::uint64_t tag);
  bool submit(const smpp::SubmitSm& message, std::uint64_t tag);
  // Answers a request of this link's generation; for another one it does nothing and says so.
  bool respond(std::uint64_t generation, const smpp::Pdu& request, std::uint32_t command_status);

  // Whether the connection that brought this generation's requests is still bound.
  bool lives(std::uint64_t generation) const;
  // When octets last came over that connection; the beginning of time for one long gone.
  smpp::Time last_received(std::uint64_t generation) const;
  const CarrierOptions& options() const { return options_; }
  std::uint32_t index() const { return index_; }
  // For metrics: what went by over all its connections so far, and how many attempts in a row have come to
  // nothing, of the connection that has had the most.
  smpp::SessionCounts counts() const;
  std::uint32_t attempts_in_vain() const;

 private:
  void add_leg(smpp::BindKind kind, const MakeWire& make_wire);
  void on_event(LinkLeg& leg, smpp::Event& event);
  void on_request(LinkLeg& leg, smpp::Pdu pdu);
  void on_response(LinkLeg& leg, smpp::Response& response);
  void on_changed(LinkLeg& leg);
  bool is_mirrored() const;
  bool sends(const LinkLeg& leg) const;
  std::string next_message_id();

  boost::asio::io_context& io_;
  const CarrierOptions& options_;
  const std::uint32_t index_;
  SharedByLinks& shared_;
  const LinkHooks hooks_;
  const SubmitPolicy policy_;  // what an answer means to this carrier
  std::uint64_t generations_ = 0;
  std::vector<std::unique_ptr<LinkLeg>> legs_;
  std::map<std::uint64_t, smpp::Time> last_received_;  // of connections that are gone, the latest few
  std::uint64_t next_message_id_;
};

}  // namespace peyk::gateway
