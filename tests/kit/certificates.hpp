// Certificates made on the fly: an authority, and what it signs.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace peyk::tests {

class Certificate {
 public:
  struct Wish {
    std::string name = "localhost";       // CN and subjectAltName DNS
    std::string address = "";             // subjectAltName IP; empty: none
    const Certificate* issuer = nullptr;  // null: itself, an authority
    long days = 1;                        // below 0: it has ended
  };

  explicit Certificate(const Wish& wish)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), x509_(X509_new(), X509_free) {
    constexpr long kDay = 86'400;
    static long serial = 0;
    X509_set_version(x509_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509_.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x509_.get()), -10 * kDay);
    X509_gmtime_adj(X509_getm_notAfter(x509_.get()), wish.days * kDay);
    X509_set_pubkey(x509_.get(), key_.get());
    const std::string common = wish.issuer == nullptr ? wish.name + " authority" : wish.name;
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509_.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
    const Certificate& issuer = wish.issuer == nullptr ? *this : *wish.issuer;
    X509_set_issuer_name(x509_.get(), X509_get_subject_name(issuer.x509_.get()));
    if (wish.issuer == nullptr) {
      extend(NID_basic_constraints, "critical,CA:TRUE");
    } else {
      extend(NID_subject_alt_name, "DNS:" + wish.name + (wish.address.empty() ? "" : ",IP:" + wish.address));
    }
    if (X509_sign(x509_.get(), issuer.key_.get(), EVP_sha256()) == 0) throw std::runtime_error("X509_sign");
  }

  // PEM files; their paths.
  std::string write_certificate(const std::filesystem::path& file) const {
    const File out(std::fopen(file.c_str(), "w"), std::fclose);
    PEM_write_X509(out.get(), x509_.get());
    return file.string();
  }
  std::string write_key(const std::filesystem::path& file) const {
    const File out(std::fopen(file.c_str(), "w"), std::fclose);
    PEM_write_PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return file.string();
  }

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

  void extend(int nid, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    X509_add_ext(x509_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> x509_;
};

}  // namespace peyk::tests
