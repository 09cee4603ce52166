#include "trial/in_container.h"

#include "launch/docker_image.h"
#include "launch/server_set.h"

namespace shootout::trial {

Result<suite::Launchable> resolve_in_container(
    const suite::Contender& contender, const std::map<std::string, std::string>& overrides,
    suite::Values values, const Selection& selection,
    const std::function<std::string(const std::string&)>& host_of) {
  constexpr std::string_view kHere = "127.0.0.1";
  values["shootout"] = launch::kProgramInContainer;
  values["folder"] = launch::folder_in_image(contender);
  values["python"] = "python3";  // the environment's, which its image has first in its PATH
  values["data"] = launch::kDataInContainer;
  if (selection.bridged.contains(contender.name)) {
    values["host"] = "0.0.0.0";  // what is published is reached from outside of its network
    for (const auto& service : selection.services) {
      auto& url = values[service.name + ".url"];
      if (const size_t at = url.find(kHere); at != std::string::npos)
        url.replace(at, kHere.size(), host_of(service.contender.name));
    }
  }
  auto launchable = suite::resolve(contender, overrides, values);
  if (launchable) launchable->folder = launch::folder_in_image(contender);
  return launchable;
}

}  // namespace shootout::trial
