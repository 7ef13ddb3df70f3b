// A session of either role, bound or not, survives any bytes in any pieces: it answers every request it
// delivered once, gives every request of its own one end, and says nothing after Closed.
#include <cstdint>

#include "smpp/session.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk::smpp;
using peyk::tests::fuzz::expect;

struct Shell {
  Session& session;
  Time& now;
  int closed = 0, ended = 0;

  void serve() {
    Event event;
    while (session.next_event(event)) {
      expect(closed == 0);
      if (const auto* request = std::get_if<Request>(&event)) {
        session.respond(request->pdu.sequence_number, request->pdu.command_id, ESME_ROK, {}, now);
      } else if (std::holds_alternative<BindRequested>(event)) {
        session.accept_bind(now);
      } else if (std::holds_alternative<Response>(event) || std::holds_alternative<RequestFailed>(event)) {
        ++ended;
      } else if (std::holds_alternative<Closed>(event)) {
        ++closed;
      }
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint8_t choice = data[0];
  const std::size_t piece = data[1] + std::size_t{1};
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  SessionOptions options;
  options.role = (choice & 1) != 0 ? Role::mc : Role::esme;
  Time now{};
  Session session(options);
  Shell shell{session, now};
  session.connected(now);
  int asked = 0;
  if (options.role == Role::esme && (choice & 2) != 0) {
    session.bind(BindKind::transceiver, {}, now);
    session.feed(std::string_view("\0\0\0\x10\x80\0\0\x09\0\0\0\0\0\0\0\x01", 16), now);
    shell.serve();
    for (std::uint64_t tag = 0; tag < 4; ++tag)
      asked += session.request(SubmitSm{}, tag, now).has_value() ? 1 : 0;
  }
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    now += Milliseconds(choice);
    session.feed(bytes.substr(i, piece), now);
    session.tick(now);
    shell.serve();
  }
  session.lost(now);
  shell.serve();
  expect(shell.closed == 1 && shell.ended == asked);
  return 0;
}
