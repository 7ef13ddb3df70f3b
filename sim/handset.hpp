// A handset on the command line: be a member, a cashier, a till; and the demo that plays them all.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "sim/till.hpp"

namespace peyk::sim {

struct HandsetOptions {
  std::string control_host = "127.0.0.1";
  std::uint16_t control_port = 2776;
  std::string line = "30001234";  // the number that texts go to
  std::string ussd_code = "*7000#";
  std::string keyword;  // of the club, on a line that several share; put before the demo's texts
  TillOptions till;
  std::string peykctl;                            // path; the demo asks it for the ledger
  std::string config;                             // peykctl's --config
  std::chrono::milliseconds deadline{5000};       // of each step: a text, a screen, an answer
  std::chrono::milliseconds screens_within{250};  // the demo checks it

  // The sample club's cashiers.
  std::string member = "09121234567";
  std::string cashier = "09121112233", cashier_pin = "4321";
  std::string other_cashier = "09121112244", other_cashier_pin = "9876";
};

// The prompt: reads lines of `input` until `quit` or its end. Returns the exit code.
int run_prompt(const HandsetOptions& options, int input, std::FILE* out);

// Plays the story that must always work and checks each step. 0 only if all held.
int run_demo(const HandsetOptions& options, std::FILE* out);

}  // namespace peyk::sim
