#include "engine/tls_failure.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

#include "engine/http_syntax.h"

namespace shootout::engine {
namespace {

constexpr std::size_t kMostCertifiedNames = 3;

std::string_view asn1_text(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// Of an iPAddress, which is 4 or 16 bytes.
std::string certified_address(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = "?";
  const int length = ASN1_STRING_length(address);
  if (length == 4 || length == 16)
    ::inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
  return text;
}

/// Whom the certificate is for: its subject's alternative names, else its common name.
std::string certified_names(const X509* certificate) {
  std::vector<std::string> names;
  const auto free_names = [](GENERAL_NAMES* list) { GENERAL_NAMES_free(list); };
  const std::unique_ptr<GENERAL_NAMES, decltype(free_names)> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {  // -1 of nothing
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type == GEN_DNS) names.push_back(printable(asn1_text(name->d.dNSName)));
    if (name->type == GEN_IPADD) names.push_back(certified_address(name->d.iPAddress));
  }
  if (names.empty()) {
    const X509_NAME* subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return "nobody";
    return printable(asn1_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  const std::size_t shown = std::min(names.size(), kMostCertifiedNames);
  const std::string more = names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "";
  names.resize(shown);
  return fmt::format("{}{}", fmt::join(names, ", "), more);
}

bool is_tls_alert(int reason) {
  return reason >= SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255;
}

}  // namespace

std::string certificate_failure(X509_STORE_CTX* verification, std::string_view name) {
  const int error = X509_STORE_CTX_get_error(verification);
  const X509* certificate = X509_STORE_CTX_get_current_cert(verification);
  const std::string_view which = X509_STORE_CTX_get_error_depth(verification) == 0
                                     ? "the certificate"
                                     : "the certificate of the server's authority";
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("the certificate is for {}, not for {}", certified_names(certificate), name);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("{} has expired", which);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{} is not valid yet", which);
    default:
      return fmt::format("the certificate is not trusted: {}", X509_verify_cert_error_string(error));
  }
}

std::string take_tls_failure() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (error == 0) return "TLS failed";
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
    switch (reason) {
      case SSL_R_WRONG_VERSION_NUMBER:  // the first bytes are no TLS record
      case SSL_R_HTTP_REQUEST:
      case SSL_R_UNKNOWN_PROTOCOL:
      case SSL_R_PACKET_LENGTH_TOO_LONG:
        return "the server does not speak TLS";
      case SSL_R_UNSUPPORTED_PROTOCOL:
      case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return "the server speaks no TLS from version 1.2 on";
      case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return "the server asks for a client's certificate";
      case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
        return "the server does not speak HTTP/1.1 (ALPN)";
      case SSL_R_BAD_EXTENSION:  // newer OpenSSLs find a wrong ALPN themselves
        return "the server chose something that it was not offered, probably another protocol (ALPN)";
      default:
        if (is_tls_alert(reason)) {
          return fmt::format("the server gave up TLS: {}",
                             SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
        }
    }
  }
  const char* text = ERR_reason_error_string(error);
  return fmt::format("TLS failed: {}", text != nullptr ? text : fmt::format("error {:x}", error));
}

}  // namespace shootout::engine
