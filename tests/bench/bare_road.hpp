// The road of one text with nothing on it that could be left out: octets in over loopback, one durable
// transaction of as many statements as a member who joins costs (two by key to see that she is new, three
// rows), a message into a Redis list and out of it, octets out. No SMPP is read, nothing is decided, nothing
// is sent at a pace: what does those too cannot be much quicker.
#pragma once

#include <memory>

#include "tests/kit/stack.hpp"

namespace peyk::bench {

class BareRoad {
 public:
  // In the database and the Redis of `stack`, with tables and a list of its own.
  explicit BareRoad(tests::Stack& stack);
  ~BareRoad();
  BareRoad(const BareRoad&) = delete;
  BareRoad& operator=(const BareRoad&) = delete;

  // The median of `count` texts, one after the other, in milliseconds.
  double p50_ms(int count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peyk::bench
