// What a response says (SMPP 3.4, 5.1.3; SMPP 5.0, 4.7.6), and what a sender does about it.
//
// A command_status stays a plain 32-bit number in a Pdu, because carriers invent their own; Status only names
// the known ones. A new code: add it to the enum and to the table in status.cpp, nowhere else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace peyk::smpp {

enum Status : std::uint32_t {
  ESME_ROK = 0x00,
  ESME_RINVMSGLEN = 0x01,
  ESME_RINVCMDLEN = 0x02,
  ESME_RINVCMDID = 0x03,
  ESME_RINVBNDSTS = 0x04,
  ESME_RALYBND = 0x05,
  ESME_RINVPRTFLG = 0x06,
  ESME_RINVREGDLVFLG = 0x07,
  ESME_RSYSERR = 0x08,
  ESME_RINVSRCADR = 0x0A,
  ESME_RINVDSTADR = 0x0B,
  ESME_RINVMSGID = 0x0C,
  ESME_RBINDFAIL = 0x0D,
  ESME_RINVPASWD = 0x0E,
  ESME_RINVSYSID = 0x0F,
  ESME_RCANCELFAIL = 0x11,
  ESME_RREPLACEFAIL = 0x13,
  ESME_RMSGQFUL = 0x14,
  ESME_RINVSERTYP = 0x15,
  ESME_RINVNUMDESTS = 0x33,
  ESME_RINVDLNAME = 0x34,
  ESME_RINVDESTFLAG = 0x40,
  ESME_RINVSUBREP = 0x42,
  ESME_RINVESMCLASS = 0x43,
  ESME_RCNTSUBDL = 0x44,
  ESME_RSUBMITFAIL = 0x45,
  ESME_RINVSRCTON = 0x48,
  ESME_RINVSRCNPI = 0x49,
  ESME_RINVDSTTON = 0x50,
  ESME_RINVDSTNPI = 0x51,
  ESME_RINVSYSTYP = 0x53,
  ESME_RINVREPFLAG = 0x54,
  ESME_RINVNUMMSGS = 0x55,
  ESME_RTHROTTLED = 0x58,
  ESME_RINVSCHED = 0x61,
  ESME_RINVEXPIRY = 0x62,
  ESME_RINVDFTMSGID = 0x63,
  ESME_RX_T_APPN = 0x64,
  ESME_RX_P_APPN = 0x65,
  ESME_RX_R_APPN = 0x66,
  ESME_RQUERYFAIL = 0x67,
  ESME_RINVTLVSTREAM = 0xC0,
  ESME_RTLVNOTALLWD = 0xC1,
  ESME_RINVTLVLEN = 0xC2,
  ESME_RMISSINGTLV = 0xC3,
  ESME_RINVTLVVAL = 0xC4,
  ESME_RDELIVERYFAILURE = 0xFE,
  ESME_RUNKNOWNERR = 0xFF,
  ESME_RSERTYPUNAUTH = 0x100,
  ESME_RPROHIBITED = 0x101,
  ESME_RSERTYPUNAVAIL = 0x102,
  ESME_RSERTYPDENIED = 0x103,
  ESME_RINVDCS = 0x104,
  ESME_RINVSRCADDRSUBUNIT = 0x105,
  ESME_RINVDSTADDRSUBUNIT = 0x106,
  ESME_RINVBCASTFREQINT = 0x107,
  ESME_RINVBCASTALIAS_NAME = 0x108,
  ESME_RINVBCASTAREAFMT = 0x109,
  ESME_RINVNUMBCAST_AREAS = 0x10A,
  ESME_RINVBCASTCNTTYPE = 0x10B,
  ESME_RINVBCASTMSGCLASS = 0x10C,
  ESME_RBCASTFAIL = 0x10D,
  ESME_RBCASTQUERYFAIL = 0x10E,
  ESME_RBCASTCANCELFAIL = 0x10F,
  ESME_RINVBCAST_REP = 0x110,
  ESME_RINVBCASTSRVGRP = 0x111,
  ESME_RINVBCASTCHANIND = 0x112,
};

enum class StatusClass : std::uint8_t {
  ok,
  throttle,   // slow the whole bind down, send again, do not count an attempt
  temporary,  // try this message again with backoff, bounded
  permanent,  // the message has failed
  config,     // the message has failed and a person should look: our settings or codec are wrong
  bind,       // a matter of the session: bind again, then retry
};

struct StatusRule {
  StatusClass status_class = StatusClass::config;
  std::uint32_t attempts_max = 0;  // temporary: then it has failed; 0: as long as the text is worth something
  bool alarm = false;              // a person should look
};

// Codes that the table does not know: 0x400 and above are the carrier's own and count as temporary, twice;
// the rest of the reserved ranges as config.
StatusRule status_rule(std::uint32_t command_status);

inline StatusClass status_class(std::uint32_t command_status) {
  return status_rule(command_status).status_class;
}

// "ESME_RTHROTTLED", or "0x00000435" for what has no name.
std::string status_name(std::uint32_t command_status);

// The table's name, or empty.
std::string_view known_status_name(std::uint32_t command_status);

// The bind answers on which trying again soon only locks the account: password, system_id, system_type.
bool bind_refusal_is_lasting(std::uint32_t command_status);

std::string_view words(StatusClass status_class);

}  // namespace peyk::smpp
