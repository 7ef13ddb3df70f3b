// Loading facts and saving effects, in sets: one function a noun, each in its own file, used by the worker's
// batch.
//
// Order of locks, everywhere: cashiers, then members by id, then pendings, then rows that others insert
// (unique keys), and last, when a decision has missed, what wrong tries are counted in (miss_windows.hpp).
// Codes and purchases are read without locks to learn whose they are; everything that can change is read
// under its member's lock.
#pragma once

#include <set>
#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// facts.cpp: everything that `needs` names, in a fixed order of statements.
void load_facts(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);

// facts.cpp: which of these are members; without locks.
std::map<handlers::CardKey, handlers::PhoneNumber> find_cards(Connection& connection,
                                                              const std::set<handlers::CardKey>& keys);
std::set<handlers::MemberKey> find_memberships(Connection& connection,
                                               const std::set<handlers::MemberKey>& keys);

// effects.cpp: all effects of a batch, in the order given, by table. `facts` are the working set after them.
void save_effects(Connection& connection, std::span<const handlers::Effect> effects,
                  const handlers::Facts& facts);

void save_entries(Connection& connection, std::span<const handlers::LedgerEntry> entries);

}  // namespace peyk::store
