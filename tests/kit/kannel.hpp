// Kannel 1.4.5 as a customer of a simulated carrier: its bearerbox binds as a transceiver, its smsbox takes
// texts by HTTP (/cgi-bin/sendsms) and answers texts of phones. In production since 1999, and what most of
// the world's SMPP links were tried against.
//
// config/install_packages.sh unpacks it into var/packages (its package, installed, would start a service).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/kit/paths.hpp"
#include "tests/kit/process.hpp"

namespace peyk::tests {

struct KannelOptions {
  std::uint32_t window = 10;  // Kannel's own default
  std::string store;          // "file" or "spool"; empty: messages live in memory alone
  bool logs = true;           // every event and PDU; a benchmark does without
  // Texts of phones go there by HTTP GET, %p and %a in it are the phone and the text, and what it answers is
  // sent back; empty: they are answered "heard you: ...".
  std::string get_url;
};

class Kannel {
 public:
  // Account peyk:secret at that port of 127.0.0.1; sends as `sender`. Throws std::runtime_error when it is
  // not there or does not come up.
  Kannel(std::uint16_t smpp_port, const std::string& sender, KannelOptions options = {});

  struct Sent {
    int status = 0;  // of HTTP; 202: accepted
    std::string body;
  };
  // `text` in UTF-8; in UCS-2 when `unicode`. With a receipt asked for.
  Sent send(const std::string& phone, const std::string& text, bool unicode) const;

  // One text to many, without receipts. Throws std::runtime_error when it is refused.
  void send_to_all(const std::vector<std::string>& phones, const std::string& text) const;
  // bearerbox's own words of what it is at: "SMS: received …, sent … (… queued)".
  std::string status() const;
  std::vector<pid_t> pids() const { return {bearerbox_->pid(), smsbox_->pid()}; }

  // A line an event: "Sent SMS [SMSC:carrier] …", "Receive SMS …", "Receive DLR …".
  std::string access_log() const;
  // What bearerbox wrote for its operators.
  std::string log() const;

 private:
  void write_config(std::uint16_t smpp_port, const std::string& sender, const KannelOptions& options) const;
  std::filesystem::path file(const char* name) const { return dir_.path() / name; }

  TempDir dir_;
  std::uint16_t admin_port_, box_port_, http_port_;
  std::unique_ptr<Process> bearerbox_, smsbox_;
};

}  // namespace peyk::tests
