// The gateway process, put together: who owns what, in order of dependency, and how it starts and stops.
//
//   main thread: io_context (links, Redis, HTTP, timers: everything in gateway/)
//   store threads: RequestWorkers (decide), SqlThreads for what must not wait for each other (outcomes and
//   receipts; parts of long texts; texts that were granted; re-reading the outbox; housekeeping; what
//   expires; what clubs look up; what is reckoned of all members at night)
//   webhook thread: the clubs' systems are told (webhook_sender.hpp)
//
// Starting: the port is taken and probes are answered; MySQL is waited for (mysql_arrival.hpp), who is a till
// is known only then; then everything else begins. Redis and carriers may come at any time.
//
// Stopping, on SIGTERM or SIGINT: readiness goes, no new requests; what is under way is answered; what is on
// the wire comes home; links unbind; then the threads end. A second signal ends at once. Nothing depends on
// it: kill -9 loses nothing that was acknowledged.
#pragma once

#include <memory>

#include "gateway/carriers.hpp"
#include "gateway/decision_clock.hpp"
#include "gateway/digest_keeper.hpp"
#include "gateway/expiry_keeper.hpp"
#include "gateway/government.hpp"
#include "gateway/history_keeper.hpp"
#include "gateway/http/dead_letters.hpp"
#include "gateway/http/events.hpp"
#include "gateway/http/key_quotas.hpp"
#include "gateway/http/lookups.hpp"
#include "gateway/http/operations.hpp"
#include "gateway/http/purchases.hpp"
#include "gateway/http/reports.hpp"
#include "gateway/http/server.hpp"
#include "gateway/http/till_orders.hpp"
#include "gateway/inbound_allowance.hpp"
#include "gateway/inbound_receipts.hpp"
#include "gateway/inbound_texts.hpp"
#include "gateway/inbound_tlvs.hpp"
#include "gateway/inbound_ussd.hpp"
#include "gateway/lrfm_keeper.hpp"
#include "gateway/metrics.hpp"
#include "gateway/morning_keeper.hpp"
#include "gateway/mysql_arrival.hpp"
#include "gateway/outbound_line.hpp"
#include "gateway/outcome_queries.hpp"
#include "gateway/pins.hpp"
#include "gateway/replays.hpp"
#include "gateway/requests.hpp"
#include "gateway/scheduled_texts.hpp"
#include "gateway/store_watch.hpp"
#include "gateway/webhook_sender.hpp"
#include "store/mysql/request_workers.hpp"
#include "store/mysql/sql_thread.hpp"
#include "store/redis/connection.hpp"
#include "store/redis/dialogs.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway {

class Peykd {
 public:
  explicit Peykd(Options options);
  ~Peykd();

  // Runs until a signal ends it. Throws what cannot be mended by waiting: a port that is taken, a wrong
  // password, a wrong schema.
  void run();

 private:
  using DirectoryPtr = std::shared_ptr<const handlers::Directory>;

  store::WorkerHooks worker_hooks();
  LinkHooks link_hooks();
  OutboundParts outbound_parts();
  std::vector<HttpRoute> routes();
  std::vector<ReadyPart> readiness();
  std::vector<StoreWatch::Watched> watched();

  void post(std::function<void()> work);
  HttpRoute once_begun(HttpRoute route);
  void read_first(store::Connection& connection);
  void begin();
  void load_decisions();
  void govern(const std::vector<store::Pause>& pauses);
  void take(CarrierRequest request);
  bool is_ussd(const CarrierRequest& request) const;
  bool submit_screen(CarrierLink& by, const smpp::Body& screen, std::uint64_t tag);
  void refuse_for_now(const CarrierRequest& request, const char* why);
  void take_text(CarrierRequest request);
  void push(std::vector<store::QueuedText> texts);
  void submit_till(handlers::Request request, std::function<void(TillAnswer)> done);
  std::optional<TillIdentity> till(std::string_view key_id);
  StoreHooks store_hooks(store::SqlThread& thread);
  LookupHooks lookup_hooks();
  OutboundLine* line(const std::string& number);
  RoomToGive promo_room(const handlers::Club& club);
  boost::asio::awaitable<void> housekeeping();
  boost::asio::awaitable<void> wait_for_signal();
  boost::asio::awaitable<void> shut_down();

  const Options options_;
  boost::asio::io_context io_;
  Metrics metrics_;
  PinVerifier pins_;
  DecisionClock clock_;
  std::atomic<DirectoryPtr> directory_;
  std::atomic<std::shared_ptr<const handlers::Listeners>> listeners_;  // the clubs' systems
  std::uint64_t clubs_version_ = 0;
  std::vector<store::Pause> pauses_;  // as they were read last

  MysqlArrival arrival_;
  store::RequestWorkers workers_;
  store::SqlThread outcomes_;     // settled messages, receipts
  store::SqlThread parts_;        // of phones' long texts
  store::SqlThread reader_;       // texts that are about to leave
  store::SqlThread seeder_;       // all that waits, when Redis has forgotten it
  store::SqlThread housekeeper_;  // clubs, old keys, texts whose moment has come
  store::SqlThread sweeper_;      // what expires, codes that have rested, who has left
  store::SqlThread digester_;     // what was odd yesterday
  store::SqlThread librarian_;    // what clubs look up over HTTP
  store::SqlThread
      nightly_;  // what is reckoned of all members, and what mornings bring: most of the time at rest
  store::RedisConnection redis_;
  store::Lanes lanes_;
  store::Lanes ussd_lanes_;  // the same pace, looked at from further away
  store::Dialogs dialogs_;

  LinkAllowance inbound_octets_;
  InboundTlvs inbound_tlvs_;
  Requests requests_;
  InboundTexts texts_;
  InboundUssd ussd_;
  InboundReceipts receipts_;
  Carriers carriers_;
  std::uint64_t next_tag_ = 0;
  std::map<std::string, OutboundLine> lines_;
  ScheduledTexts scheduled_;
  OutcomeQueries queries_;
  Replays replays_;
  HistoryKeeper history_;
  ExpiryKeeper expiry_;
  DigestKeeper digests_;
  LrfmKeeper nights_;
  MorningKeeper mornings_;
  KeyQuotas quotas_;
  PurchaseEndpoint purchases_;
  TillOrderEndpoint orders_;
  DeadLetterEndpoint letters_;
  LookupEndpoint lookups_;
  ReportEndpoint reports_;
  EventEndpoint events_;
  WebhookSender webhooks_;  // on a thread of its own
  StoreWatch watch_;
  HttpServer http_;
  boost::asio::signal_set signals_;
  Signal stopped_;
  bool begun_ = false;  // MySQL was there
  bool stopping_ = false;
};

}  // namespace peyk::gateway
