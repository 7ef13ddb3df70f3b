#include "smpp/status.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace peyk::smpp {
namespace {

struct Row {
  Status status;
  std::string_view name;
  StatusClass status_class;
  std::uint32_t attempts_max = 0;
  bool alarm = status_class == StatusClass::config;
};

using enum StatusClass;

// Names: SMPP 3.4, table 5-2; SMPP 5.0, table 4-45. Classes and limits are ours; the standard gives none.
// ESME_RINVSRCADR alarms: the line is not allowed, so nothing of it will leave. Sorted by code.
constexpr std::array kRows{
    Row{ESME_ROK, "ESME_ROK", ok},
    Row{ESME_RINVMSGLEN, "ESME_RINVMSGLEN", permanent},
    Row{ESME_RINVCMDLEN, "ESME_RINVCMDLEN", config},
    Row{ESME_RINVCMDID, "ESME_RINVCMDID", config},
    Row{ESME_RINVBNDSTS, "ESME_RINVBNDSTS", bind},
    Row{ESME_RALYBND, "ESME_RALYBND", bind},
    Row{ESME_RINVPRTFLG, "ESME_RINVPRTFLG", config},
    Row{ESME_RINVREGDLVFLG, "ESME_RINVREGDLVFLG", config},
    Row{ESME_RSYSERR, "ESME_RSYSERR", temporary},
    Row{ESME_RINVSRCADR, "ESME_RINVSRCADR", permanent, 0, true},
    Row{ESME_RINVDSTADR, "ESME_RINVDSTADR", permanent},
    Row{ESME_RINVMSGID, "ESME_RINVMSGID", permanent},
    Row{ESME_RBINDFAIL, "ESME_RBINDFAIL", bind},
    Row{ESME_RINVPASWD, "ESME_RINVPASWD", bind},
    Row{ESME_RINVSYSID, "ESME_RINVSYSID", bind},
    Row{ESME_RCANCELFAIL, "ESME_RCANCELFAIL", permanent},
    Row{ESME_RREPLACEFAIL, "ESME_RREPLACEFAIL", permanent},
    Row{ESME_RMSGQFUL, "ESME_RMSGQFUL", throttle},
    Row{ESME_RINVSERTYP, "ESME_RINVSERTYP", config},
    Row{ESME_RINVNUMDESTS, "ESME_RINVNUMDESTS", config},
    Row{ESME_RINVDLNAME, "ESME_RINVDLNAME", permanent},
    Row{ESME_RINVDESTFLAG, "ESME_RINVDESTFLAG", config},
    Row{ESME_RINVSUBREP, "ESME_RINVSUBREP", config},
    Row{ESME_RINVESMCLASS, "ESME_RINVESMCLASS", config},
    Row{ESME_RCNTSUBDL, "ESME_RCNTSUBDL", permanent},
    Row{ESME_RSUBMITFAIL, "ESME_RSUBMITFAIL", temporary, 3},
    Row{ESME_RINVSRCTON, "ESME_RINVSRCTON", config},
    Row{ESME_RINVSRCNPI, "ESME_RINVSRCNPI", config},
    Row{ESME_RINVDSTTON, "ESME_RINVDSTTON", config},
    Row{ESME_RINVDSTNPI, "ESME_RINVDSTNPI", config},
    Row{ESME_RINVSYSTYP, "ESME_RINVSYSTYP", bind},
    Row{ESME_RINVREPFLAG, "ESME_RINVREPFLAG", config},
    Row{ESME_RINVNUMMSGS, "ESME_RINVNUMMSGS", config},
    Row{ESME_RTHROTTLED, "ESME_RTHROTTLED", throttle},
    Row{ESME_RINVSCHED, "ESME_RINVSCHED", config},
    Row{ESME_RINVEXPIRY, "ESME_RINVEXPIRY", config},
    Row{ESME_RINVDFTMSGID, "ESME_RINVDFTMSGID", config},
    Row{ESME_RX_T_APPN, "ESME_RX_T_APPN", temporary},
    Row{ESME_RX_P_APPN, "ESME_RX_P_APPN", permanent},
    Row{ESME_RX_R_APPN, "ESME_RX_R_APPN", permanent},
    Row{ESME_RQUERYFAIL, "ESME_RQUERYFAIL", temporary},
    Row{ESME_RINVTLVSTREAM, "ESME_RINVTLVSTREAM", config},
    Row{ESME_RTLVNOTALLWD, "ESME_RTLVNOTALLWD", config},
    Row{ESME_RINVTLVLEN, "ESME_RINVTLVLEN", config},
    Row{ESME_RMISSINGTLV, "ESME_RMISSINGTLV", config},
    Row{ESME_RINVTLVVAL, "ESME_RINVTLVVAL", config},
    Row{ESME_RDELIVERYFAILURE, "ESME_RDELIVERYFAILURE", temporary},
    Row{ESME_RUNKNOWNERR, "ESME_RUNKNOWNERR", temporary, 2},
    Row{ESME_RSERTYPUNAUTH, "ESME_RSERTYPUNAUTH", config},
    Row{ESME_RPROHIBITED, "ESME_RPROHIBITED", config},
    Row{ESME_RSERTYPUNAVAIL, "ESME_RSERTYPUNAVAIL", temporary},
    Row{ESME_RSERTYPDENIED, "ESME_RSERTYPDENIED", permanent},
    Row{ESME_RINVDCS, "ESME_RINVDCS", config},
    Row{ESME_RINVSRCADDRSUBUNIT, "ESME_RINVSRCADDRSUBUNIT", config},
    Row{ESME_RINVDSTADDRSUBUNIT, "ESME_RINVDSTADDRSUBUNIT", config},
    Row{ESME_RINVBCASTFREQINT, "ESME_RINVBCASTFREQINT", config},
    Row{ESME_RINVBCASTALIAS_NAME, "ESME_RINVBCASTALIAS_NAME", config},
    Row{ESME_RINVBCASTAREAFMT, "ESME_RINVBCASTAREAFMT", config},
    Row{ESME_RINVNUMBCAST_AREAS, "ESME_RINVNUMBCAST_AREAS", config},
    Row{ESME_RINVBCASTCNTTYPE, "ESME_RINVBCASTCNTTYPE", config},
    Row{ESME_RINVBCASTMSGCLASS, "ESME_RINVBCASTMSGCLASS", config},
    Row{ESME_RBCASTFAIL, "ESME_RBCASTFAIL", config},
    Row{ESME_RBCASTQUERYFAIL, "ESME_RBCASTQUERYFAIL", config},
    Row{ESME_RBCASTCANCELFAIL, "ESME_RBCASTCANCELFAIL", config},
    Row{ESME_RINVBCAST_REP, "ESME_RINVBCAST_REP", config},
    Row{ESME_RINVBCASTSRVGRP, "ESME_RINVBCASTSRVGRP", config},
    Row{ESME_RINVBCASTCHANIND, "ESME_RINVBCASTCHANIND", config},
};
static_assert(std::is_sorted(kRows.begin(), kRows.end(),
                             [](const Row& a, const Row& b) { return a.status < b.status; }));

const Row* find(std::uint32_t command_status) {
  const auto found = std::lower_bound(kRows.begin(), kRows.end(), command_status,
                                      [](const Row& row, std::uint32_t code) { return row.status < code; });
  return found != kRows.end() && found->status == command_status ? &*found : nullptr;
}

}  // namespace

StatusRule status_rule(std::uint32_t command_status) {
  constexpr std::uint32_t kVendorFirst = 0x400;
  if (const Row* row = find(command_status)) return {row->status_class, row->attempts_max, row->alarm};
  if (command_status >= kVendorFirst) return {.status_class = temporary, .attempts_max = 2};
  return {.status_class = config, .alarm = true};
}

std::string_view known_status_name(std::uint32_t command_status) {
  const Row* row = find(command_status);
  return row != nullptr ? row->name : std::string_view{};
}

std::string status_name(std::uint32_t command_status) {
  if (const Row* row = find(command_status)) return std::string(row->name);
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", static_cast<unsigned>(command_status));
  return text.data();
}

bool bind_refusal_is_lasting(std::uint32_t command_status) {
  return command_status == ESME_RINVPASWD || command_status == ESME_RINVSYSID ||
         command_status == ESME_RINVSYSTYP;
}

std::string_view words(StatusClass status_class) {
  constexpr std::array<std::string_view, 6> kWords{"ok",        "throttle", "temporary",
                                                   "permanent", "config",   "bind"};
  return kWords[static_cast<std::size_t>(status_class)];
}

}  // namespace peyk::smpp
