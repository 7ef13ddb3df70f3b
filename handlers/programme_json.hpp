// A programme and an offer as documents: what the database keeps of them, and what a grant points at.
//
// Canonical: equal values have equal octets (keys sorted, nothing that has its default). So whether a file
// changed an offer is a comparison of texts, and a field that is added later with a default changes no
// document of before: no offer gets a new version by an upgrade. That makes names and defaults part of the
// format; they are for good.
//
// What is not the file's stands in columns: an offer's id and version, the bounds of last night.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "handlers/programme.hpp"

namespace peyk::handlers {

struct DocumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// All but the offers and the reckoned bounds.
std::string programme_document(const Programme& programme);
Programme read_programme(std::string_view document);  // throws DocumentError, as all here do

// All but id and version.
std::string offer_document(const rules::Offer& offer);
rules::Offer read_offer(std::string_view document);

std::string bounds_document(const rules::LrfmBounds& bounds);
rules::LrfmBounds read_bounds(std::string_view document);
std::string places_document(const rules::SpendPlaces& places);
rules::SpendPlaces read_places(std::string_view document);

// Of a word as people write it, in whatever letters.
rules::WordId word_id_of(std::string_view word);

}  // namespace peyk::handlers
