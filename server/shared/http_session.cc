// SPDX-License-Identifier: Apache-2.0
// One connection of the HTTPS front, over Boost.Beast: the one unit that knows it.
#include "server/shared/http_session.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/shared/certificate.h"

namespace aangan::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr uint32_t kHeadBytesMax = 8 << 10;
constexpr uint64_t kBodyBytesMax = 256 << 10;
constexpr size_t kReadBytes = 4 << 10;
constexpr std::chrono::seconds kHeadWithin(10);
constexpr std::chrono::seconds kBodyWithin(20);
constexpr std::chrono::seconds kAnswerWithin(35);  // the door's own ceiling is 30
constexpr std::chrono::seconds kSendWithin(20);    // and a second more for each kSendBytesASecond
constexpr size_t kSendBytesASecond = 8 << 10;
constexpr std::chrono::seconds kGoodbyeWithin(2);
constexpr size_t kHeardOutBytesMax = 1 << 20;
constexpr std::chrono::minutes kAgeMax(1);  // of a connection; then the client opens another, as at gRPC
constexpr std::chrono::milliseconds kLookWhetherGone(500);

// What counts as one caller.
std::string CallerOf(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

// One connection. Lives while an operation or a handler holds it; everything but the reply of a handler runs on the
// thread of connections.
class Session final : public HttpSession, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<HttpCore> core, tcp::socket socket, asio::ip::address address, uint16_t port)
      : core_(std::move(core)),
        context_(Shared(*core_->tls)),
        address_(std::move(address)),
        port_(port),
        stream_(beast::tcp_stream(std::move(socket)), context_),
        timer_(core_->io) {}
  ~Session() override { Uncount(); }

  void Count() {
    absl::MutexLock lock(&core_->mutex);
    ++core_->by_address[caller()];
    core_->sessions.emplace(this, weak_from_this());
  }
  void Start() {
    Lowest().expires_after(kHeadWithin);
    stream_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](error_code error) {
      if (error) return self->Close();
      const Certificate shown(SSL_get1_peer_certificate(self->stream_.native_handle()));
      if (shown != nullptr) self->certificate_pem_ = CertificatePem(shown.get());
      self->AwaitRequest();
    });
  }
  void EndSoon() override {
    if (standing_.phase != Phase::kAsked && !serializer_) Close();
  }
  // The phase is what a timer looks at that had gone off already and can not be cancelled any more.
  void Close() override {
    Stand(Phase::kClosed);
    timer_.cancel();
    gone_->store(true);
    Lowest().close();
  }
  Standing standing() const override { return standing_; }
  std::string caller() const override { return CallerOf(address_); }
  void GiveUpPlace() override {
    Close();
    Uncount();
  }

 private:
  using Parser = http::request_parser<http::string_body>;

  // Asio's wrapper gives one count back when it goes.
  static SSL_CTX* Shared(const HttpTls& tls) {
    const std::shared_ptr<SSL_CTX> current = tls.Current();
    SSL_CTX_up_ref(current.get());
    return current.get();
  }
  beast::tcp_stream& Lowest() { return stream_.next_layer(); }
  void Stand(Phase phase) {
    if (standing_.phase != Phase::kClosed) standing_ = {phase};
  }
  void Uncount() {
    absl::MutexLock lock(&core_->mutex);
    if (core_->sessions.erase(this) == 0) return;
    const auto count = core_->by_address.find(caller());
    if (--count->second == 0) core_->by_address.erase(count);
  }

  // Nothing of the request before stays: neither its body nor what was read ahead of it.
  void AwaitRequest() {
    if (core_->stopping) return Goodbye();
    host_.clear();
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(kHeadBytesMax);
    parser_->body_limit(kBodyBytesMax);
    if (buffer_.size() > 0) return ReadHead();
    Stand(Phase::kBetweenRequests);
    buffer_ = beast::flat_buffer(kHeadBytesMax + kReadBytes);
    Lowest().expires_after(is_first_ ? std::chrono::milliseconds(kHeadWithin)
                                     : absl::ToChronoMilliseconds(core_->options.idle_max));
    is_first_ = false;
    stream_.async_read_some(buffer_.prepare(kReadBytes), [self = shared_from_this()](error_code error, size_t bytes) {
      if (error) return self->Close();
      self->buffer_.commit(bytes);
      self->ReadHead();
    });
  }

  void ReadHead() {
    Stand(Phase::kTalking);
    Lowest().expires_after(kHeadWithin);
    http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, size_t) {
      if (error) return self->RefuseUnreadable(error);
      self->CheckHead();
    });
  }

  void RefuseUnreadable(error_code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
      return Refuse(InWords(431, "The head of a request may have at most 8 KiB."));
    if (error == http::error::body_limit) return Refuse(InWords(413, "A body may have at most 256 KiB."));
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != make_error_code(http::error::end_of_stream).category())
      return Close();
    Refuse(InWords(400, "This is not HTTP/1.1 as it should be."));
  }

  void CheckHead() {
    const auto& message = parser_->get();
    HttpHead head;
    head.method = std::string(message.method_string());
    head.target = std::string(message.target());
    head.is_version_1_1 = message.version() == 11;
    for (const auto& field : message)
      head.headers.emplace_back(absl::AsciiStrToLower(std::string(field.name_string())), std::string(field.value()));
    host_ = std::string(message[http::field::host]);
    std::optional<HttpResponse> refused = Refusal(head, core_->names);
    if (refused) return Refuse(*std::move(refused));
    keeps_ = message.keep_alive() && std::chrono::steady_clock::now() - opened_at_ < kAgeMax;
    request_ = std::make_shared<HttpRequest>(RequestOf(std::move(head)));
    if (parser_->is_done() || !absl::EqualsIgnoreCase(request_->Header("expect"), "100-continue")) return ReadBody();
    static constexpr char kGoOn[] = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kGoOn, sizeof(kGoOn) - 1),
                      [self = shared_from_this()](error_code error, size_t) {
                        if (error) return self->Close();
                        self->ReadBody();
                      });
  }

  void ReadBody() {
    Lowest().expires_after(kBodyWithin);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, size_t) {
      if (error) return self->RefuseUnreadable(error);
      self->Ask();
    });
  }

  // Hands the request to a handler, and waits.
  void Ask() {
    if (standing_.phase == Phase::kClosed) return;
    Lowest().expires_never();
    request_->body = std::move(parser_->get().body());
    request_->peer_address = address_.to_string();
    request_->peer_port = port_;
    request_->peer_certificate_pem = certificate_pem_;
    request_->gone = gone_;
    is_head_ = request_->method == "HEAD";
    parser_.reset();
    std::shared_ptr<const HttpHandlers> handlers;
    {
      absl::MutexLock lock(&core_->mutex);
      handlers = core_->handlers;
    }
    if (handlers == nullptr) return Send(InWords(503, "The program is starting. Try again soon."));
    const auto route = handlers->routes.find(request_->path);
    auto asked = std::move(request_);
    const HttpHandler& handler = route == handlers->routes.end() ? handlers->rest : route->second;
    const bool is_call = core_->options.is_call && core_->options.is_call(asked->path);
    Stand(Phase::kAsked);
    AwaitAnswer();
    const bool runs =
        (is_call ? core_->calls : core_->others)->Run([self = shared_from_this(), handlers, &handler, asked] {
          if (self->gone_->load()) return;  // nobody waits for it any more, and it must not be done twice
          handler(std::move(*asked), [self](HttpResponse response) { self->Take(std::move(response)); });
        });
    if (!runs) Answered(InWords(503, "Too many requests at once. Try again soon."));
  }

  // The handler's reply, on any thread.
  void Take(HttpResponse response) {
    if (core_->over) return;
    auto answer = std::make_shared<HttpResponse>(std::move(response));
    asio::post(core_->io, [self = shared_from_this(), answer] { self->Answered(std::move(*answer)); });
  }

  // A handler that takes long is told when the caller has hung up, and given up on in the end.
  void AwaitAnswer() {
    timer_.expires_after(kLookWhetherGone);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (error || self->standing_.phase != Phase::kAsked) return;
      pollfd connection{self->Lowest().socket().native_handle(), POLLRDHUP, 0};
      if (poll(&connection, 1, 0) != 0) self->gone_->store(true);
      if (std::chrono::steady_clock::now() - self->standing_.since > kAnswerWithin) {
        self->keeps_ = false;
        self->gone_->store(true);
        return self->Answered(InWords(504, "This took too long. Try again later."));
      }
      self->AwaitAnswer();
    });
  }

  void Answered(HttpResponse response) {
    if (standing_.phase != Phase::kAsked) return;  // it came after it was given up on
    Stand(Phase::kTalking);
    timer_.cancel();
    if (response.delay <= absl::ZeroDuration()) return Send(std::move(response));
    auto later = std::make_shared<HttpResponse>(std::move(response));
    timer_.expires_after(absl::ToChronoMilliseconds(later->delay));
    timer_.async_wait([self = shared_from_this(), later](error_code error) {
      if (error) return self->Close();
      self->Send(std::move(*later));
    });
  }

  // Of a request that is not read to its end.
  void Refuse(HttpResponse response) {
    keeps_ = false;
    unheard_bytes_ = kHeardOutBytesMax;
    Send(std::move(response));
  }

  void Send(HttpResponse response) {
    if (!Lowest().socket().is_open()) return;
    if (core_->stopping) keeps_ = false;
    answer_ = std::make_unique<HttpResponse>(std::move(response));
    const std::string& body = answer_->shared_body != nullptr ? *answer_->shared_body : answer_->body;
    message_ = {};
    message_.version(11);
    message_.result(static_cast<unsigned>(answer_->status));
    message_.set(http::field::cache_control, "no-store");
    for (const auto& [name, value] : SecurityHeaders(host_)) message_.set(name, value);
    // An empty body has a type too: a message without a field is one.
    if (answer_->status != 304) message_.set(http::field::content_type, answer_->content_type);
    for (const auto& [name, value] : answer_->headers) message_.set(name, value);
    message_.keep_alive(keeps_);
    if (answer_->status != 304) message_.content_length(body.size());
    if (!is_head_) message_.body() = {body.data(), body.size()};
    Stand(Phase::kAnswering);
    Lowest().expires_after(kSendWithin + std::chrono::seconds(body.size() / kSendBytesASecond));
    serializer_.emplace(message_);
    http::async_write(stream_, *serializer_, [self = shared_from_this()](error_code error, size_t) {
      self->serializer_.reset();
      self->message_ = {};
      self->answer_.reset();
      if (error) return self->Close();
      if (self->keeps_) return self->AwaitRequest();
      self->Stand(Phase::kTalking);
      self->Lowest().expires_after(kGoodbyeWithin);
      self->HearOut();
    });
  }

  // RFC 9112, section 9.6: who closes while the other still sends resets the connection, and the answer is lost with
  // it.
  void HearOut() {
    if (unheard_bytes_ == 0) return Goodbye();
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadBytes), [self = shared_from_this()](error_code error, size_t bytes) {
      if (error) return self->Close();
      self->unheard_bytes_ -= std::min(bytes, self->unheard_bytes_);
      self->HearOut();
    });
  }

  void Goodbye() {
    Stand(Phase::kTalking);
    Lowest().expires_after(kGoodbyeWithin);
    stream_.async_shutdown([self = shared_from_this()](error_code) { self->Close(); });
  }

  const std::shared_ptr<HttpCore> core_;
  asio::ssl::context context_;
  const asio::ip::address address_;
  const uint16_t port_;
  asio::ssl::stream<beast::tcp_stream> stream_;
  asio::steady_timer timer_;
  const std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  std::string certificate_pem_;
  beast::flat_buffer buffer_{kHeadBytesMax + kReadBytes};
  // On the heap, where what is freed is overwritten: short texts would stay in this object.
  std::unique_ptr<Parser> parser_;
  std::shared_ptr<HttpRequest> request_;
  std::unique_ptr<HttpResponse> answer_;
  std::string host_;
  http::response<http::span_body<const char>> message_;
  std::optional<http::response_serializer<http::span_body<const char>>> serializer_;
  const std::chrono::steady_clock::time_point opened_at_ = std::chrono::steady_clock::now();
  Standing standing_;
  size_t unheard_bytes_ = 0;  // that may still come of a refused request
  bool is_first_ = true;
  bool is_head_ = false;
  bool keeps_ = false;
};

// Closes the connection that can best be spared: see http_front.h. False where each waits for an answer.
bool MakeRoom(HttpCore& core) {
  // By how well it can be spared. Sessions are let go of when the lock is not held, because the last holder takes it.
  using Spare = std::tuple<bool, size_t, bool, std::chrono::steady_clock::duration>;
  std::multimap<Spare, std::shared_ptr<HttpSession>> spare;
  const auto now = std::chrono::steady_clock::now();
  {
    absl::MutexLock lock(&core.mutex);
    for (const auto& [key, weak] : core.sessions) {
      auto session = weak.lock();
      if (session == nullptr) continue;
      const auto [phase, since] = session->standing();
      if (phase == HttpSession::Phase::kAsked) continue;
      spare.emplace(Spare(phase != HttpSession::Phase::kAnswering, core.by_address[session->caller()],
                          phase == HttpSession::Phase::kBetweenRequests, now - since),
                    std::move(session));
    }
  }
  if (spare.empty()) return false;
  spare.rbegin()->second->GiveUpPlace();
  return true;
}

// False where this address has too many, or all are taken by connections that wait for an answer.
bool HasPlace(HttpCore& core, const std::string& caller) {
  size_t all = 0;
  {
    absl::MutexLock lock(&core.mutex);
    const auto from_here = core.by_address.find(caller);
    if (from_here != core.by_address.end() && from_here->second >= core.options.connections_an_address_max)
      return false;
    all = core.sessions.size();
  }
  return all < core.options.connections_max || MakeRoom(core);
}

}  // namespace

void StartHttpSession(const std::shared_ptr<HttpCore>& core, tcp::socket socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;
  asio::ip::address address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  socket.set_option(tcp::no_delay(true), error);
  fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!HasPlace(*core, CallerOf(address))) return;
  const auto session = std::make_shared<Session>(core, std::move(socket), address, peer.port());
  session->Count();
  session->Start();
}

}  // namespace aangan::server
