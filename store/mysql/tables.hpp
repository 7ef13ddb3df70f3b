// Loading facts and saving effects, in sets: one function a noun, each in its own file, used by the worker's
// batch.
//
// Order of locks, everywhere: cashiers, then members by id, then rows that others insert (unique keys). Codes
// and purchases are read without locks to learn whose they are; everything that can change is read under its
// member's lock.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "handlers/decide.hpp"
#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// facts.cpp: everything that `needs` names, in a fixed order of statements.
void load_facts(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);

// effects.cpp: all effects of a batch, in the order given, by table. `facts` are the working set after them.
void save_effects(Connection& connection, std::span<const handlers::Effect> effects,
                  const handlers::Facts& facts);

void save_entries(Connection& connection, std::span<const handlers::LedgerEntry> entries);

// inbox.cpp
struct Claim {
  handlers::Fingerprint fingerprint{};
  std::uint32_t generation = 1;
  rules::Instant claimed_at{};
  rules::Instant forget_at{};  // the epoch: kept for good
  std::uint16_t status = 200;
  std::string answer;
  std::string ussd_state;
};
using Claims = std::map<handlers::RequestKey, Claim>;
Claims load_claims(Connection& connection, const std::set<handlers::RequestKey>& keys);
// New keys are inserted (a race fails on the key: SqlError::conflict); `renewed` ones must still be at the
// generation before, or SqlError::conflict is thrown.
void save_claims(Connection& connection, const Claims& fresh, const Claims& renewed);
// Forgets at most `limit` claims whose time is over; returns how many.
std::uint64_t forget_claims(Connection& connection, rules::Instant now, std::uint32_t limit);

// outbox.cpp
using MessageId = std::uint64_t;
// Of a message and, from `submitted` to `failed` and `unknown`, of each of its parts. unknown: it was sent,
// and nobody knows whether the carrier has it.
enum MessageState : std::uint32_t {
  queued = 1,
  submitted = 2,
  delivered = 3,
  failed = 4,
  expired = 5,
  unknown = 6,
  scheduled = 7,  // waits for its send_at
  cancelled = 8   // on purpose: its reason says whose
};
// A part that was sent: the carrier has it, or may have it.
struct SentPart {
  std::uint8_t number = 1;  // 1 to the message's parts
  std::string carrier;
  std::string carrier_message_id;
  bool unknown = false;  // then without an id

  bool operator==(const SentPart&) const = default;
};
struct QueuedText {
  MessageId id = 0;
  handlers::ClubId club = 0;
  std::string line;
  handlers::PhoneNumber to = 0;
  handlers::Lane lane = handlers::Lane::reply;
  std::uint8_t parts = 1;
  std::string text;
  rules::Instant created_at{};
  rules::Instant valid_until{};
  rules::Instant send_at{};  // not before; the epoch: at once
  // What is known from sending it before:
  std::uint8_t attempts = 0;  // that failed, of the part that failed most
  bool maybe_twice = false;   // the member may hear it twice
  std::vector<SentPart> sent;

  // Since when it could be sent.
  rules::Instant due_since() const { return std::max(created_at, send_at); }
};
// Those with a send_at are scheduled (schedule.hpp), the others queued.
void save_queued(Connection& connection, std::span<const QueuedText> texts);
// Of these ids, those still queued.
std::vector<QueuedText> load_queued(Connection& connection, std::span<const MessageId> ids);

// What became of a message; with state `queued` only what is known of it so far.
struct Settled {
  MessageId id = 0;
  MessageState state = queued;  // else submitted, failed, expired or unknown
  std::string reason;           // unless submitted: why it was given up, in words staff can read
  std::size_t part_count = 1;   // of the whole text
  std::vector<SentPart> parts;  // what was not saved before
  std::uint8_t attempts = 0;    // queued: as in QueuedText
  bool maybe_twice = false;     // queued: the same
};
void save_settled(Connection& connection, std::span<const Settled> settled, rules::Instant now);

// codes.cpp
struct EndedCode {
  handlers::CodeId id = 0;
  handlers::CodeState state = handlers::CodeState::redeemed;
  rules::Instant at{};
};
// They are over, and their numbers begin to rest.
void save_ended_codes(Connection& connection, std::span<const EndedCode> codes);
// Numbers that have rested long enough may be issued again: a set of at most `limit` ends, the oldest first.
// Returns how many it looked at.
std::uint64_t free_codes(Connection& connection, rules::Instant now, std::uint32_t limit);

// mo_parts.cpp
inline constexpr std::size_t kMoPartOctetsMax = 4096;  // of one part; what is beyond is cut off
struct MoPart {
  handlers::RequestKey message{};  // of carrier, sender, receiver, reference, its width, total
  std::string carrier;
  handlers::PhoneNumber phone = 0;
  std::uint8_t seq = 1;  // 1 to total
  std::uint8_t total = 2;
  std::string octets;
  std::uint8_t data_coding = 0;
};
struct MoPatience {
  std::chrono::seconds wait_max{86400};        // for parts that are missing
  std::chrono::seconds done_remembered{3600};  // parts of a finished text are known again for so long
  std::uint32_t texts_per_phone_max = 16;      // unfinished; the oldest gives way
};
struct MoPiece {
  std::string octets;
  std::uint8_t data_coding = 0;
};
// A text of which parts never came.
struct LostText {
  std::string carrier;
  handlers::PhoneNumber phone = 0;
  std::uint32_t parts = 0, total = 0;  // there, of
};
struct AddedPart {
  bool done_before = false;     // of a text that was acted upon
  std::vector<MoPiece> pieces;  // in order, when all are there
  rules::Instant begun_at{};    // with the key it names the text: a reference comes round again
  std::vector<LostText> lost;   // given up for this part
};
// Keeps the parts, as if they came one after the other; one answer for each. May be called again with the
// same ones. A text that is whole waits for mo_texts_done().
std::vector<AddedPart> add_mo_parts(Connection& connection, std::span<const MoPart> parts,
                                    const MoPatience& patience, rules::Instant now);
// A whole text that was acted upon.
struct DoneMoText {
  handlers::RequestKey message{};
  rules::Instant begun_at{};
};
void mo_texts_done(Connection& connection, std::span<const DoneMoText> texts, rules::Instant now);
// Ends what has waited too long, and forgets what was done long enough ago. At most `limit` of each.
std::vector<LostText> forget_old_mo_texts(Connection& connection, const MoPatience& patience,
                                          rules::Instant now, std::uint32_t limit);

// clubs.cpp
std::vector<handlers::Club> load_clubs(Connection& connection);
std::uint64_t clubs_version(Connection& connection);  // grows with every apply
// Inserts or updates the club by its slug, with branches, cashiers and keys; rows that the file no longer has
// are deactivated (cashiers) or deleted (keys). Returns the club's id. Throws SqlError.
handlers::ClubId save_club(Connection& connection, const handlers::Club& club);

}  // namespace peyk::store
