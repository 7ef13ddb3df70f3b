// Boost.Beast's stream with a time limit, for the one file that puts TLS around it.
#pragma once

#include "config/toolchain/asio.hpp"

#include <boost/beast/core/tcp_stream.hpp>
