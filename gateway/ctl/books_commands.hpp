// peykctl import and export: a club's books as CSV.
//
//   file → records → rows, or why not (import_rows.hpp) → sets of 200 → decided and saved
//   (store/mysql/imports)
//
// Each set is committed before the next, and what is there already is known again: an import that was broken
// off is simply given once more.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

void describe_books(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
