#include "gateway/ctl/books_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>

#include "gateway/clock.hpp"
#include "gateway/import_rows.hpp"
#include "handlers/words.hpp"
#include "store/mysql/exports.hpp"
#include "store/mysql/imports.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using store::Imported;

constexpr std::uint64_t kRowsBetweenWords = 10'000;  // rows
constexpr int kConflictRetriesMax = 20;

// Reads a file row by row and has sets of it saved. `Row` is what a record becomes.
template <typename Row>
class Importer {
 public:
  using Parse = tl::expected<Row, std::string> (*)(const CsvRecord&, const ImportColumns&,
                                                   const handlers::Club&, rules::Instant);
  using Save = std::vector<Imported> (*)(store::Connection&, store::SystemChance&, std::span<const Row>,
                                         const store::ImportTerms&);

  Importer(Desk& desk, store::Connection& connection, const handlers::Directory& directory,
           const handlers::Club& club, Parse parse, Save save)
      : desk_(desk),
        connection_(connection),
        directory_(directory),
        club_(club),
        parse_(parse),
        save_(save) {}

  void run(CsvReader& reader, const ImportColumns& columns) {
    for (CsvRecord record; reader.next(record);) {
      auto row = parse_(record, columns, club_, wall_clock());
      if (row) {
        rows_.push_back(std::move(*row));
        lines_.push_back(record.line);
      } else {
        refuse(record.line, row.error());
      }
      if (rows_.size() == store::kImportSetMax) save_set();
      if (++read_ % kRowsBetweenWords == 0) desk_.err << "peykctl: " << summary() << std::endl;
    }
    save_set();
  }

  std::string summary() const {
    return fmt::format("{} rows: {} {}, {} known, {} refused", read_, fresh_,
                       desk_.order.dry_run ? "would be new" : "new", known_, refused_);
  }
  bool all_taken() const { return refused_ == 0; }

 private:
  void refuse(std::uint64_t line, const std::string& why) {
    ++refused_;
    desk_.out << "line " << line << ": " << why << '\n';
  }

  // A set that cannot be saved as a whole is given row by row: one bad row fails alone.
  void save_set() {
    if (!rows_.empty() && !saved(rows_, lines_)) {
      for (std::size_t i = 0; i < rows_.size(); ++i) saved(std::span(&rows_[i], 1), std::span(&lines_[i], 1));
    }
    rows_.clear();
    lines_.clear();
  }

  // False: something in these rows broke, and nothing of them was saved; a single one is refused.
  bool saved(std::span<const Row> rows, std::span<const std::uint64_t> lines) {
    try {
      const std::vector<Imported> answers = attempt(rows);
      for (std::size_t i = 0; i < answers.size(); ++i) {
        fresh_ += answers[i].what == Imported::What::fresh ? 1 : 0;
        known_ += answers[i].what == Imported::What::known ? 1 : 0;
        if (answers[i].what == Imported::What::refused) refuse(lines[i], answers[i].why);
      }
      return true;
    } catch (const std::exception& error) {
      const auto* sql = dynamic_cast<const store::SqlError*>(&error);
      if (sql != nullptr && sql->kind() == store::SqlError::Kind::lost) {
        desk_.err << "peykctl: ended early; saved so far: " << summary()
                  << ". Give the file again: what is there is known." << std::endl;
        throw;
      }
      connection_.rollback();
      if (rows.size() == 1) refuse(lines[0], error.what());
      return false;
    }
  }

  // A dry run decides each set over what is saved, so it cannot see a row that an earlier set of the file
  // would have made.
  std::vector<Imported> attempt(std::span<const Row> rows) {
    for (int conflicts = 0;; ++conflicts) {
      try {
        const store::ImportTerms terms{
            .directory = directory_, .now = wall_clock(), .tell = desk_.order.books.tell};
        auto answers = save_(connection_, chance_, rows, terms);
        desk_.order.dry_run ? connection_.rollback() : connection_.commit();
        return answers;
      } catch (const store::SqlError& error) {
        if (error.kind() != store::SqlError::Kind::conflict || conflicts == kConflictRetriesMax) throw;
        connection_.rollback();
      }
    }
  }

  Desk& desk_;
  store::Connection& connection_;
  const handlers::Directory& directory_;
  const handlers::Club& club_;
  Parse parse_;
  Save save_;
  store::SystemChance chance_;
  std::vector<Row> rows_;
  std::vector<std::uint64_t> lines_;
  std::uint64_t read_ = 0, fresh_ = 0, known_ = 0, refused_ = 0;
};

template <typename Row>
ExitCode import_file(Desk& desk, tl::expected<ImportColumns, std::string> (*columns_of)(const CsvRecord&),
                     typename Importer<Row>::Parse parse, typename Importer<Row>::Save save) {
  const std::string& file = desk.order.books.file;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Trouble{kUsage, fmt::format("{}: {}", file, std::strerror(errno))};
  CsvReader reader(in);
  CsvRecord head;
  if (!reader.next(head)) throw Trouble{kUsage, file + ": it is empty"};
  const auto columns = columns_of(head);
  if (!columns) throw Trouble{kUsage, fmt::format("{}: line {}: {}", file, head.line, columns.error())};
  store::Connection connection(desk.options.mysql);
  const handlers::Directory directory(open_clubs(connection));
  connection.rollback();
  const handlers::Club& club = club_named(directory.clubs(), desk.order.club);
  Importer<Row> importer(desk, connection, directory, club, parse, save);
  importer.run(reader, *columns);
  desk.out << importer.summary() << (desk.order.dry_run ? " (--dry-run: nothing was saved)" : "") << '\n';
  return importer.all_taken() ? kDone : kFound;
}

ExitCode import_members(Desk& desk) {
  return import_file<handlers::MemberImport>(desk, member_columns, member_of, store::import_members);
}

ExitCode import_purchases(Desk& desk) {
  return import_file<handlers::PurchaseRequest>(desk, purchase_columns, purchase_of, store::import_purchases);
}

std::string phone_or_nothing(handlers::PhoneNumber phone) {
  return phone == 0 ? "" : templates::e164(phone);
}

std::string line_of(const handlers::Member& member) {
  return csv_line({std::to_string(member.id), phone_or_nothing(member.phone), std::to_string(member.card),
                   member.language == handlers::Language::fa ? "fa" : "en",
                   templates::rfc3339(member.joined_at), phone_or_nothing(member.referred_by.value_or(0)),
                   std::to_string(member.balance), std::to_string(member.debt)});
}

std::string line_of(const handlers::Purchase& purchase) {
  return csv_line({std::to_string(purchase.id), phone_or_nothing(purchase.phone),
                   std::to_string(purchase.amount), csv_text(purchase.key.invoice),
                   std::to_string(purchase.key.branch), templates::rfc3339(purchase.purchased_at),
                   templates::rfc3339(purchase.recorded_at), std::to_string(purchase.by_credit),
                   std::to_string(purchase.earned)});
}

std::string line_of(const store::ExportedEntry& one) {
  const handlers::LedgerEntry& entry = one.entry;
  const bool moved = entry.to_lot != 0;
  return csv_line({std::to_string(entry.id), templates::rfc3339_with_micros(entry.at),
                   std::string(handlers::word_of(entry.kind)), std::to_string(entry.amount),
                   std::to_string(one.card), std::to_string(entry.lot),
                   moved ? std::to_string(one.to_card) : "", moved ? std::to_string(entry.to_lot) : ""});
}

std::uint64_t id_of(const handlers::Member& member) {
  return member.id;
}
std::uint64_t id_of(const handlers::Purchase& purchase) {
  return purchase.id;
}
std::uint64_t id_of(const store::ExportedEntry& one) {
  return one.entry.id;
}

template <typename Row>
ExitCode export_rows(Desk& desk, std::string_view head,
                     std::vector<Row> (*page_after)(store::Connection&, handlers::ClubId, std::uint64_t)) {
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  connection.begin_snapshot();
  desk.out << head << "\r\n";
  std::uint64_t after = 0;
  for (auto page = page_after(connection, club.id, after); !page.empty();
       page = page_after(connection, club.id, after)) {
    for (const Row& row : page) desk.out << line_of(row);
    after = id_of(page.back());
    if (page.size() < store::kExportPage) break;
  }
  desk.out.flush();
  if (!desk.out) throw Trouble{kUsage, "writing the CSV failed: what was written is not whole"};
  return kDone;
}

ExitCode export_members(Desk& desk) {
  return export_rows(desk, "id,phone,card,language,joined,referred_by,balance,debt", store::members_after);
}

ExitCode export_purchases(Desk& desk) {
  return export_rows(desk, "id,phone,amount,invoice,branch,purchased_at,recorded_at,by_credit,earned",
                     store::purchases_after);
}

ExitCode export_ledger(Desk& desk) {
  return export_rows(desk, "id,at,kind,amount,card,lot,to_card,to_lot", store::entries_after);
}

}  // namespace

void describe_books(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* importing = app.add_subcommand("import", "a club's books from a CSV file");
  auto* exporting = app.add_subcommand("export", "a club's books as CSV, to standard output");
  const auto add = [&](CLI::App* to, const char* name, const char* words, ExitCode (*run)(Desk&)) {
    auto* command = to->add_subcommand(name, words);
    command->add_option("--club", order.club, "the club's slug")->required();
    if (to == importing) {
      command->add_option("file", order.books.file, "CSV in UTF-8; its first line names the columns")
          ->required();
      command->add_flag("--dry-run", order.dry_run, "only tell what would be done");
      command->add_flag("--tell", order.books.tell,
                        "members get the texts that they would have had, and the club's webhooks the events");
    }
    command->fallthrough();
    commands.push_back({command, run});
  };
  add(importing, "members", "phone, language, joined, referred_by, tags", import_members);
  add(importing, "purchases", "phone, amount, invoice, branch, purchased_at", import_purchases);
  add(exporting, "members", "who is a member, with balance and debt", export_members);
  add(exporting, "purchases", "what was bought, and what it earned", export_purchases);
  add(exporting, "ledger", "every entry", export_ledger);
  for (auto* child : {importing, exporting}) {
    child->require_subcommand(1);
    child->fallthrough();
  }
}

}  // namespace peyk::gateway::ctl
