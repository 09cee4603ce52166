// The generator process's side (generator.h).
#include <malloc.h>
#include <sys/prctl.h>

#include <optional>

#include "base/message_channel.h"
#include "engine/load.h"
#include "generator/engine_error.h"
#include "generator/generator.h"
#include "generator/load_document.h"

namespace shootout::generator {
namespace {

using nlohmann::json;

json error_message(const Error& error) {
  return {{"type", "error"},
          {"code", static_cast<int>(error.code)},
          {"what", error.what},
          {"remedy", error.remedy}};
}

/// Runs a plan; a message that comes meanwhile (there is only "stop"), or the parent's end, ends it early.
json answer_to(const json& request, MessageChannel& channel) {
  auto plan = load_plan_from_json(request.value("plan", json::object()));
  if (!plan) return error_message(plan.error());
  engine::RunControl control;
  control.stop_asked = [&channel] {
    const auto message = channel.receive(0);
    return !message || message->has_value();
  };
  control.on_progress = [&channel](const engine::LoadProgress& progress) {
    // A parent that is gone is noticed by stop_asked.
    [[maybe_unused]] const auto sent = channel.send({{"type", "progress"},
                                                     {"elapsed_s", progress.elapsed_s},
                                                     {"completed", progress.completed},
                                                     {"errors", progress.errors},
                                                     {"p50_us", progress.p50_us},
                                                     {"p99_us", progress.p99_us}});
  };
  const auto result = engine::run_load(*plan, control);
  if (!result) return error_message(translated(result.error()));
  return {{"type", "result"}, {"result", to_json(*result)}};
}

/// Loads of thousands of connections come one after the other, and what one took shall serve the next: one
/// arena for all threads (a load allocates next to nothing while it runs), and large blocks, which histograms
/// are, always fresh from the kernel, of which only what is written to takes memory (mallopt(3)).
void keep_memory_small() {
#ifdef __GLIBC__
  constexpr int kLarge = 128 * 1024;
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
#endif
}

}  // namespace

int generator_main(int fd) {
  keep_memory_small();
  ::prctl(PR_SET_NAME, "shootout-gen");
  MessageChannel channel{UniqueFd(fd)};
  if (!channel.send({{"type", "ready"}})) return 0;
  while (true) {
    const auto received = channel.receive();
    if (!received) return 0;  // the parent is gone: nobody wants anything any more
    const std::optional<json>& message = *received;
    if (!message || message->value("type", "") != "run") continue;  // a "stop" that came after the load's end
    if (!channel.send(answer_to(*message, channel))) return 0;
  }
}

}  // namespace shootout::generator
