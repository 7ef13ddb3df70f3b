// Boost.Asio with TLS, for the few files that make or read a certificate.
#pragma once

#include "config/toolchain/asio.hpp"

#include <boost/asio/ssl.hpp>
