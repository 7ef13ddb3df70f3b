#include "store/redis/reply.hpp"

#include <hiredis/hiredis.h>

#include <cassert>
#include <new>
#include <utility>

namespace peyk::store {
namespace {

// hiredis asks for one object at a time; ours sit directly in their parent's vector, so only the root is
// owned.
Reply* place(const redisReadTask* task) {
  if (task->parent == nullptr) return new (std::nothrow) Reply;
  auto* parent = static_cast<Reply*>(task->parent->obj);
  return &parent->elements[static_cast<std::size_t>(task->idx)];
}

void* make_string(const redisReadTask* task, char* text, size_t length) {
  Reply* reply = place(task);
  if (reply == nullptr) return nullptr;
  if (task->type == REDIS_REPLY_ERROR) {
    reply->kind = Reply::Kind::error;
    reply->failure = RedisFailure::server;
  } else {
    reply->kind = Reply::Kind::string;
  }
  reply->text.assign(text, length);
  return reply;
}

// A null pointer makes hiredis give up: a header alone must not allocate gigabytes.
void* make_array(const redisReadTask* task, int elements) {
  if (elements < 0 || static_cast<std::size_t>(elements) > kReplyElementsMax) return nullptr;
  Reply* reply = place(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::array;
  reply->elements.resize(static_cast<std::size_t>(elements));
  return reply;
}

void* make_integer(const redisReadTask* task, long long value) {
  Reply* reply = place(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::integer;
  reply->integer = value;
  return reply;
}

void* make_nil(const redisReadTask* task) {
  return place(task);
}

void free_root(void* reply) {
  delete static_cast<Reply*>(reply);
}

redisReplyObjectFunctions functions{make_string, make_array, make_integer, make_nil, free_root};

}  // namespace

Reply Reply::failed(RedisFailure why) {
  Reply reply;
  reply.kind = Kind::error;
  reply.failure = why;
  switch (why) {
    case RedisFailure::not_connected:
      reply.text = "redis not connected";
      break;
    case RedisFailure::full:
      reply.text = "too many redis commands wait";
      break;
    case RedisFailure::lost:
      reply.text = "redis connection lost";
      break;
    case RedisFailure::server:
    case RedisFailure::none:
      reply.text = "redis error";
      break;
  }
  return reply;
}

void ReplyReader::Free::operator()(void* reader) const {
  redisReaderFree(static_cast<redisReader*>(reader));
}

ReplyReader::ReplyReader() : reader_(redisReaderCreateWithFunctions(&functions)) {
  if (!reader_) throw std::bad_alloc();
}

bool ReplyReader::feed(std::string_view bytes) {
  bytes_since_reply_ += bytes.size();
  if (bytes_since_reply_ > kReplyBytesMax) broken_ = true;
  if (broken_) return false;
  if (redisReaderFeed(static_cast<redisReader*>(reader_.get()), bytes.data(), bytes.size()) != REDIS_OK)
    broken_ = true;
  return !broken_;
}

std::optional<Reply> ReplyReader::next() {
  if (broken_) return std::nullopt;
  void* root = nullptr;
  if (redisReaderGetReply(static_cast<redisReader*>(reader_.get()), &root) != REDIS_OK) {
    broken_ = true;
    return std::nullopt;
  }
  if (root == nullptr) return std::nullopt;
  // What follows in the buffer belongs to the next reply, at most one read too much is counted for this one.
  bytes_since_reply_ = 0;
  std::unique_ptr<Reply> reply(static_cast<Reply*>(root));
  return std::move(*reply);
}

void append_command(std::string& out, const std::vector<std::string>& argv) {
  assert(!argv.empty());
  std::vector<const char*> words;
  std::vector<size_t> lengths;
  words.reserve(argv.size());
  lengths.reserve(argv.size());
  for (const std::string& word : argv) {
    words.push_back(word.data());
    lengths.push_back(word.size());
  }
  char* text = nullptr;
  const int length =
      redisFormatCommandArgv(&text, static_cast<int>(argv.size()), words.data(), lengths.data());
  if (length < 0) throw std::bad_alloc();
  const std::unique_ptr<char, decltype(&redisFreeCommand)> owned(text, &redisFreeCommand);
  out.append(text, static_cast<std::size_t>(length));
}

}  // namespace peyk::store
