// libsmpp34, the C codec of Debian, behind two functions: its header defines macros with the names that
// smpp/status.hpp gives to constants, so nobody else may see it.
#pragma once

#include <string>
#include <string_view>

namespace peyk::bench {

// A submit_sm as libsmpp34 keeps one.
class OtherSubmitSm {
 public:
  OtherSubmitSm();
  ~OtherSubmitSm();
  OtherSubmitSm(const OtherSubmitSm&) = delete;
  OtherSubmitSm& operator=(const OtherSubmitSm&) = delete;

  // Reads the octets of a submit_sm without TLVs; throws std::runtime_error with its words when it will not.
  void unpack(std::string_view octets);
  // Its octets, until the next call.
  std::string_view pack();

 private:
  struct Held;
  Held* held_;
};

}  // namespace peyk::bench
