#include "server/http_message.h"

#include "engine/base/json.h"

namespace cherub::server {
namespace {

constexpr std::string_view kProblemType = "application/problem+json";
constexpr std::size_t kInstanceBytesMax = 1000;

base::JsonObject problem_object(unsigned status, std::string_view detail) {
  base::JsonObject object;
  object.add("type", "about:blank");
  object.add("title", status_title(status));
  object.add("status", status);
  object.add("detail", detail);
  return object;
}

HttpResponse problem_response(unsigned status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = kProblemType;
  response.body = std::move(body);
  return response;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string_view> path_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (!segment.empty()) segments.push_back(segment);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

std::string_view status_title(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

HttpResponse problem(unsigned status, std::string_view detail, std::string_view field) {
  base::JsonObject object = problem_object(status, detail);
  if (!field.empty()) object.add("field", field);
  return problem_response(status, object.text());
}

HttpResponse problem_with(unsigned status, std::string_view detail, std::string_view member,
                          std::string_view member_json) {
  base::JsonObject object = problem_object(status, detail);
  object.raw(member, member_json);
  return problem_response(status, object.text());
}

void set_instance(HttpResponse& response, std::string_view path) {
  if (response.content_type != kProblemType || path.empty()) return;
  const std::string instance = base::json_string(path.substr(0, kInstanceBytesMax));
  response.body.insert(response.body.size() - 1, ",\"instance\":" + instance);
}

HttpResponse problem_of(const base::Error& error) {
  using base::ErrorCode;
  unsigned status = 500;
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
      status = 400;
      break;
    case ErrorCode::kNotFound:
      status = 404;
      break;
    case ErrorCode::kRefused:
      status = 422;
      break;
    case ErrorCode::kConflict:
      status = 409;
      break;
    case ErrorCode::kUnavailable:
      status = 503;
      break;
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      status = 500;
      break;
  }
  return problem(status, error.message, error.where);
}

HttpResponse json_response(unsigned status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

}  // namespace cherub::server
