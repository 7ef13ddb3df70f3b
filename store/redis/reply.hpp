// What Redis answers, as a small value, and the reader that makes it from bytes (hiredis, without I/O).
// A reply is bounded: depth by hiredis (7), elements and bytes here. A server that exceeds them is broken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::store {

inline constexpr std::size_t kReplyElementsMax = 1U << 20;        // of one array
inline constexpr std::size_t kReplyBytesMax = 64U * 1024 * 1024;  // of one reply on the wire

// Why a command has no answer, or a bad one; in the order in which it can happen.
enum class RedisFailure : std::uint8_t {
  none,
  not_connected,  // refused: had no effect
  full,           // refused: had no effect
  lost,           // the link broke, timed out or was stopped after the command was accepted: outcome unknown
  server,         // Redis answered with an error; `text` is its message
};

struct Reply {
  enum class Kind : std::uint8_t { nil, integer, string, array, error };

  static Reply failed(RedisFailure why);

  bool ok() const { return failure == RedisFailure::none; }
  bool is(Kind k) const { return kind == k; }

  Kind kind = Kind::nil;
  RedisFailure failure = RedisFailure::none;
  std::int64_t integer = 0;
  std::string text;  // of a string, a status ("OK") or an error
  std::vector<Reply> elements;
};

// Bytes in, replies out, however they are sliced.
class ReplyReader {
 public:
  ReplyReader();

  // False when the bytes are no Redis protocol or exceed a limit; the link is of no use then.
  bool feed(std::string_view bytes);
  // The next whole reply, if there is one. After broken() there is none.
  std::optional<Reply> next();
  bool broken() const { return broken_; }

 private:
  struct Free {
    void operator()(void* reader) const;
  };
  std::unique_ptr<void, Free> reader_;
  std::size_t bytes_since_reply_ = 0;
  bool broken_ = false;
};

// Appends one command in Redis protocol.
void append_command(std::string& out, const std::vector<std::string>& argv);

}  // namespace peyk::store
