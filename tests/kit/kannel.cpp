#include "tests/kit/kannel.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "config/toolchain/asio.hpp"

namespace peyk::tests {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::string program(const char* name) {
  const auto unpacked = source_dir() / "var/packages/kannel/usr/sbin" / name;
  const auto installed = std::filesystem::path("/usr/sbin") / name;
  if (std::filesystem::exists(unpacked)) return unpacked.string();
  if (std::filesystem::exists(installed)) return installed.string();
  throw std::runtime_error(fmt::format("there is no `{}`: config/install_packages.sh tests", name));
}

std::string url_encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet) != 0) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", octet);
    }
  }
  return out;
}

std::string content_of(const std::filesystem::path& path) {
  return std::filesystem::exists(path) ? read_file(path) : "";
}

// Whether somebody listens there, without a connection that bearerbox would take for one of its boxes and
// give messages to.
bool is_listened_to(std::uint16_t port) {
  std::istringstream sockets(content_of("/proc/net/tcp"));
  const std::string listening = fmt::format(":{:04X} 00000000:0000 0A ", port);
  for (std::string line; std::getline(sockets, line);) {
    if (line.find(listening) != std::string::npos) return true;
  }
  return false;
}

// One GET; smsbox closes after HTTP/1.0.
std::string get(std::uint16_t port, const std::string& target) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), port});
  asio::write(socket, asio::buffer("GET " + target + " HTTP/1.0\r\nHost: localhost\r\n\r\n"));
  std::string all;
  std::array<char, 4096> octets;
  boost::system::error_code error;
  while (!error) {
    const std::size_t count = socket.read_some(asio::buffer(octets), error);
    all.append(octets.data(), count);
  }
  return all;
}

}  // namespace

Kannel::Kannel(std::uint16_t smpp_port, const std::string& sender, KannelOptions options)
    : admin_port_(free_port()), box_port_(free_port()), http_port_(free_port()) {
  write_config(smpp_port, sender, options);
  // What goes to its standard error is told by -v alone; 5 is silence but for its end.
  const std::vector<std::string> verbosity =
      options.logs ? std::vector<std::string>{} : std::vector<std::string>{"-v", "5"};
  const auto start = [this, &verbosity](const char* name, const char* output) {
    std::vector<std::string> argv{program(name)};
    argv.insert(argv.end(), verbosity.begin(), verbosity.end());
    argv.push_back(file("kannel.conf").string());
    return std::make_unique<Process>(
        ProcessOptions{.argv = std::move(argv), .working_directory = dir_.path(), .output = file(output)});
  };
  bearerbox_ = start("bearerbox", "bearerbox.out");
  const bool boxes = eventually(60s, [this] { return is_listened_to(box_port_) || !bearerbox_->running(); });
  smsbox_ = start("smsbox", "smsbox.out");
  const bool takes_texts =
      eventually(60s, [this] { return is_listened_to(http_port_) || !smsbox_->running(); });
  if (!boxes || !takes_texts || !bearerbox_->running() || !smsbox_->running())
    throw std::runtime_error("Kannel does not come up:\n" + content_of(file("bearerbox.out")) +
                             content_of(file("smsbox.out")));
}

void Kannel::write_config(std::uint16_t smpp_port, const std::string& sender,
                          const KannelOptions& options) const {
  const std::string logs =
      options.logs
          ? fmt::format("access-log = \"{}\"\naccess-log-time = gmt\nlog-file = \"{}\"\nlog-level = 0\n",
                        file("access.log").string(), file("bearerbox.log").string())
          : "log-level = 4\n";
  const std::string store = options.store.empty() ? ""
                                                  : fmt::format("store-type = {}\nstore-location = \"{}\"\n",
                                                                options.store, file("store").string());
  if (options.store == "spool") std::filesystem::create_directory(file("store"));
  const std::string service =
      options.get_url.empty() ? "text = \"heard you: %a\"" : fmt::format("get-url = \"{}\"", options.get_url);
  std::ofstream(file("kannel.conf")) << fmt::format(
      R"(group = core
admin-port = {admin}
admin-password = nobody
admin-interface = 127.0.0.1
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
{logs}{store}
group = smsc
smsc = smpp
smsc-id = carrier
host = 127.0.0.1
port = {smpp}
transceiver-mode = true
smsc-username = peyk
smsc-password = secret
system-type = ""
interface-version = 34
max-pending-submits = {window}
enquire-link-interval = 1
reconnect-delay = 1
source-addr-ton = 0
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {http}
sendsms-interface = 127.0.0.1
global-sender = {sender}
log-level = {smsbox_level}

group = sendsms-user
username = peyk
password = secret
max-messages = 10
concatenation = true

group = sms-service
keyword = default
{service}
max-messages = 3
)",
      fmt::arg("admin", admin_port_), fmt::arg("box", box_port_), fmt::arg("http", http_port_),
      fmt::arg("smpp", smpp_port), fmt::arg("sender", sender), fmt::arg("logs", logs),
      fmt::arg("store", store), fmt::arg("window", options.window), fmt::arg("service", service),
      fmt::arg("smsbox_level", options.logs ? 0 : 4));
}

Kannel::Sent Kannel::send(const std::string& phone, const std::string& text, bool unicode) const {
  const std::string answer = get(
      http_port_, fmt::format("/cgi-bin/sendsms?username=peyk&password=secret&to={}&text={}&charset=UTF-8"
                              "&coding={}&dlr-mask=3&dlr-url={}",
                              phone, url_encoded(text), unicode ? 2 : 0, url_encoded("http://127.0.0.1:9/")));
  Sent sent;
  if (answer.size() > 12) sent.status = std::atoi(answer.c_str() + 9);
  const std::size_t end = answer.find("\r\n\r\n");
  if (end != std::string::npos) sent.body = answer.substr(end + 4);
  return sent;
}

void Kannel::send_to_all(const std::vector<std::string>& phones, const std::string& text) const {
  const std::string answer =
      get(http_port_, fmt::format("/cgi-bin/sendsms?username=peyk&password=secret&to={}&text={}",
                                  fmt::join(phones, "+"), url_encoded(text)));
  if (!answer.starts_with("HTTP/1.1 202") && !answer.starts_with("HTTP/1.0 202"))
    throw std::runtime_error("Kannel takes no texts: " + answer.substr(0, 300));
}

std::string Kannel::status() const {
  return get(admin_port_, "/status.txt");
}

std::string Kannel::access_log() const {
  return content_of(file("access.log"));
}

std::string Kannel::log() const {
  return content_of(file("bearerbox.log"));
}

}  // namespace peyk::tests
