#include "server/net/tls.h"

#include <openssl/ssl.h>

#include <fstream>
#include <string>

namespace cherub::server::net {

namespace ssl = boost::asio::ssl;

namespace {

base::Error refusal(std::string message, const std::string& file) {
  return {base::ErrorCode::kInvalidArgument, std::move(message), file};
}

}  // namespace

base::Result<std::unique_ptr<ssl::context>> make_tls(const TlsFiles& files) {
  for (const std::string& file : {files.certificate, files.key}) {
    if (!std::ifstream(file) || std::ifstream(file).peek() == std::ifstream::traits_type::eof()) {
      return base::Error{base::ErrorCode::kIo, "This file of TLS cannot be read, or is empty.",
                         file};
    }
  }
  auto made = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = made->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // A server has nobody to ask for a passphrase.
  const auto passphrase_asked = std::make_shared<bool>(false);
  made->set_password_callback([passphrase_asked](std::size_t, ssl::context::password_purpose) {
    *passphrase_asked = true;
    return std::string();
  });
  if (SSL_CTX_use_certificate_chain_file(native, files.certificate.c_str()) != 1) {
    return refusal("This file holds no certificate in PEM.", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(native, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(native) != 1) {
    if (*passphrase_asked) {
      return refusal("The key is behind a passphrase; give it without (openssl pkey).", files.key);
    }
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    const bool other = reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
    return refusal(other ? "The key is not that of the certificate in " + files.certificate + "."
                         : "This file holds no private key in PEM.",
                   files.key);
  }
  ERR_clear_error();
  return made;
}

}  // namespace cherub::server::net
