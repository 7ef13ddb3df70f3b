// Broken, hostile and merely odd input through a Session: it answers as the vectors expect, or in one of the
// other ways they accept, and keeps or closes the session likewise. The shell here takes every request it is
// given.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "smpp/parts.hpp"
#include "smpp/session.hpp"
#include "templates/alphabet.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::malformed_test {
namespace {

using nlohmann::json;
using namespace peyk::smpp;

struct Reply {
  std::uint32_t command_id, command_status, sequence_number;
};

std::vector<Reply> read_replies(std::string_view octets) {
  std::vector<Reply> replies;
  Framer framer;
  std::string_view frame;
  while (framer.next(octets, frame) == Framer::Cut::frame) {
    Pdu pdu;
    EXPECT_FALSE(decode(frame, pdu)) << "we wrote what we cannot read";
    replies.push_back({static_cast<std::uint32_t>(pdu.command_id), pdu.command_status, pdu.sequence_number});
  }
  return replies;
}

// Answers what asks for an answer; gives what was delivered to the application.
std::vector<Pdu> serve(Session& session, Time now) {
  std::vector<Pdu> delivered;
  Event event;
  while (session.next_event(event)) {
    if (auto* request = std::get_if<Request>(&event)) {
      session.respond(request->pdu.sequence_number, request->pdu.command_id, ESME_ROK, {}, now);
      delivered.push_back(std::move(request->pdu));
    } else if (std::holds_alternative<BindRequested>(event)) {
      session.accept_bind(now);
    }
  }
  return delivered;
}

BindKind kind_for(const std::string& state) {
  if (state == "BOUND_TX") return BindKind::transmitter;
  if (state == "BOUND_RX") return BindKind::receiver;
  if (state == "BOUND_TRX" || state == "UNBINDING") return BindKind::transceiver;
  ADD_FAILURE() << "no such state of a session: " << state;
  return BindKind::transceiver;
}

// A request that we have asked, by its command's name; no body for a name that is none.
Body request_named(const std::string& command) {
  if (command == "submit_sm") return SubmitSm{};
  if (command == "data_sm") return DataSm{};
  if (command == "deliver_sm") return DeliverSm{};
  if (command == "submit_multi") return SubmitMulti{.dest_address = {{1, 1, "1", "", false}}};
  if (command == "query_sm") return QuerySm{.message_id = "1"};
  if (command == "cancel_sm") return CancelSm{.message_id = "1"};
  if (command == "replace_sm") return ReplaceSm{.message_id = "1"};
  return {};
}

void exchange(Session& from, Session& to, Time now) {
  to.feed(std::exchange(from.output(), {}), now);
  serve(to, now);
}

// A session in the vector's state, with the pending request it asks for under the vector's sequence number.
class Stage {
 public:
  explicit Stage(const json& vector) {
    const std::string state = vector["state"];
    const bool bound = state != "OPEN";
    const std::string pending =
        vector.value("pending_request", json()).is_string() ? vector["pending_request"] : "";
    const std::string octets = from_hex(vector["hex"].get<std::string>());
    SessionOptions ours;
    ours.role = vector["role"] == "mc" ? Role::mc : Role::esme;
    if (!pending.empty()) {
      std::uint32_t sequence_number = 0;
      for (int i = 12; i < 16; ++i)
        sequence_number =
            sequence_number << 8 | static_cast<unsigned char>(octets[static_cast<std::size_t>(i)]);
      ours.first_sequence_number = pending.starts_with("bind_") ? sequence_number : sequence_number - 1;
    }
    session_.emplace(ours);
    session_->connected(now_);
    if (bound) bind(kind_for(state), ours.role);
    ask(pending);
    if (state == "UNBINDING") session_->unbind(now_);
    session_->output().clear();
  }

  Session& session() { return *session_; }
  Time now() const { return now_; }

 private:
  void bind(BindKind kind, Role role) {
    SessionOptions theirs;
    theirs.role = role == Role::esme ? Role::mc : Role::esme;
    Session peer(theirs);
    peer.connected(now_);
    Session& esme = role == Role::esme ? *session_ : peer;
    Session& mc = role == Role::esme ? peer : *session_;
    EXPECT_TRUE(esme.bind(kind, Bind{.system_id = "peyk", .password = "secret"}, now_));
    exchange(esme, mc, now_);
    exchange(mc, esme, now_);
    EXPECT_TRUE(session_->is_bound());
  }

  void ask(const std::string& pending) {
    if (pending.empty()) return;
    if (pending.starts_with("bind_")) {
      const BindKind kind = pending == "bind_transmitter" ? BindKind::transmitter
                            : pending == "bind_receiver"  ? BindKind::receiver
                                                          : BindKind::transceiver;
      EXPECT_TRUE(session_->bind(kind, {}, now_));
    } else if (pending == "unbind") {
      session_->unbind(now_);
    } else if (pending == "enquire_link") {
      now_ += TimerOptions{}.enquire_link_interval;
      session_->tick(now_);
      EXPECT_FALSE(session_->output().empty());
    } else {
      EXPECT_TRUE(session_->request(request_named(pending), 7, now_)) << pending;
    }
  }

  std::optional<Session> session_;
  Time now_{std::chrono::hours(1)};
};

bool agrees(const json& expect, const std::vector<Reply>& replies, bool closed) {
  if (expect["session"] != (closed ? "close" : "keep")) return false;
  const json& reply = expect["reply"];
  if (reply.is_null()) return replies.empty();
  if (replies.empty()) return false;
  const auto number = [](const json& value) {
    return value.is_string() ? static_cast<std::uint32_t>(std::stoul(value.get<std::string>(), nullptr, 16))
                             : value.get<std::uint32_t>();
  };
  return replies[0].command_id == number(reply["command_id"]) &&
         replies[0].command_status == number(reply["command_status"]) &&
         replies[0].sequence_number == number(reply["sequence_number"]);
}

std::string show(const std::vector<Reply>& replies, bool closed) {
  std::string text = closed ? "closed" : "kept";
  for (const Reply& reply : replies) {
    text += ", " + command_name(static_cast<CommandId>(reply.command_id)) + " " +
            status_name(reply.command_status) + " " + std::to_string(reply.sequence_number);
  }
  return text;
}

// What the application gets: `text` octet for octet, and what the words of `app` say of it.
void expect_delivered(const json& expect, const std::vector<Pdu>& delivered) {
  const std::string app = expect.value("app", "");
  if (app.find("not delivered") != std::string::npos) {
    EXPECT_TRUE(delivered.empty()) << app;
  }
  if (!app.starts_with("delivered") && !expect.contains("text")) return;
  ASSERT_EQ(delivered.size(), 1U) << app;
  const auto* deliver = std::get_if<DeliverSm>(&delivered[0].body);
  if (deliver == nullptr) return;
  const auto message = read_message(*deliver);
  ASSERT_TRUE(message) << app;
  if (app.find("single message") != std::string::npos) {
    EXPECT_FALSE(message->part) << app;
  }
  if (expect.contains("text")) {
    EXPECT_EQ(templates::decode(message->text, deliver->data_coding), expect["text"]);
  }
}

// An incomplete PDU is the end of the input: the peer closed.
bool ends_within_a_pdu(std::string_view octets) {
  Framer framer;
  std::string_view frame;
  Framer::Cut cut = Framer::Cut::frame;
  while (cut == Framer::Cut::frame) cut = framer.next(octets, frame);
  return cut == Framer::Cut::need_more && framer.has_partial();
}

TEST(Malformed, IsAnsweredAsExpectedOrInAnAcceptableWay) {
  for (const json& vector : vectors(VectorKind::malformed)) {
    SCOPED_TRACE(vector["id"].get<std::string>() + ": " + vector["defect"].get<std::string>());
    Stage stage(vector);
    Session& session = stage.session();
    session.feed(from_hex(vector["hex"].get<std::string>()), stage.now());
    const auto delivered = serve(session, stage.now());
    if (ends_within_a_pdu(from_hex(vector["hex"].get<std::string>()))) session.lost(stage.now());
    const bool closed = session.state() == State::closed;
    const auto replies = read_replies(session.output());
    bool good = agrees(vector["expect"], replies, closed);
    if (good) expect_delivered(vector["expect"], delivered);
    for (const json& other : vector.value("acceptable", json::array()))
      good = good || agrees(other, replies, closed);
    EXPECT_TRUE(good) << show(replies, closed) << "; expected " << vector["expect"].dump();
  }
}

TEST(Malformed, IsAnsweredTheSameWhenItComesOctetByOctet) {
  for (const json& vector : vectors(VectorKind::malformed)) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const std::string octets = from_hex(vector["hex"].get<std::string>());
    Stage at_once(vector), in_drops(vector);
    at_once.session().feed(octets, at_once.now());
    serve(at_once.session(), at_once.now());
    for (const char octet : octets) {
      in_drops.session().feed(std::string_view(&octet, 1), in_drops.now());
      serve(in_drops.session(), in_drops.now());
    }
    EXPECT_EQ(to_hex(at_once.session().output()), to_hex(in_drops.session().output()));
    EXPECT_EQ(at_once.session().state(), in_drops.session().state());
  }
}

}  // namespace
}  // namespace peyk::tests::malformed_test
