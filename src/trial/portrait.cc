#include "trial/portrait.h"

#include <map>

#include "base/http_get.h"
#include "observe/portrait.h"

namespace shootout::trial {

std::string sample_target(const std::string& target) {
  std::string filled;
  std::map<std::string, std::string> values;
  for (size_t at = 0; at < target.size();) {
    const size_t end = target[at] == '{' ? target.find('}', at) : std::string::npos;
    if (end == std::string::npos) {
      filled += target[at++];
      continue;
    }
    const std::string slot = target.substr(at + 1, end - at - 1);
    const size_t colon = slot.find(':');
    const std::string name = slot.substr(0, colon);
    if (colon != std::string::npos) values[name] = slot.substr(colon + 1, slot.find("..") - colon - 1);
    if (name == "uuid") values[name] = "00000000-0000-4000-8000-000000000000";
    filled += values[name];
    at = end + 1;
  }
  return filled;
}

nlohmann::json portrait_of(const launch::Server& server, const suite::Launchable& contender,
                           const std::string& target) {
  nlohmann::json portrait = nlohmann::json::object();
  if (server.pid != 0) {
    portrait = observe::portrait_of(server.pid, server.port);
    portrait["processes_claimed"] = server.workers + server.other_processes;
  }
  const auto answer = http_get(contender.url + sample_target(target));
  if (!answer) return portrait;
  auto& json = portrait["answer"];
  json["bytes"] = answer->body.size();
  size_t head = sizeof "HTTP/1.1 200 OK\r\n\r\n" - 1;
  for (const auto& [name, value] : answer->headers) head += name.size() + value.size() + sizeof ": \r\n" - 1;
  json["head_bytes"] = head;
  json["date"] = answer->headers.contains("date");
  const std::pair<const char*, const char*> shown[] = {{"server", "server"},
                                                       {"connection", "connection"},
                                                       {"content_encoding", "content-encoding"},
                                                       {"content_type", "content-type"}};
  for (const auto& [member, header] : shown) {
    if (const auto found = answer->headers.find(header); found != answer->headers.end())
      json[member] = found->second;
  }
  return portrait;
}

}  // namespace shootout::trial
