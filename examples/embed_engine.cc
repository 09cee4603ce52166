// Offers a small load from a program of one's own: the engine is a library that needs nothing else of
// shootout.
//
//     embed_engine http://127.0.0.1:8001/health
#include <cstdio>

#include "engine/load.h"

int main(int argc, char** argv) {
  namespace engine = shootout::engine;
  if (argc != 2) {
    std::fputs("usage: embed_engine URL\n", stderr);
    return 2;
  }

  engine::LoadPlan plan;
  plan.url = argv[1];
  plan.connections = 8;
  plan.threads = 1;
  plan.duration_s = 2;
  plan.settle_s = 0.2;
  plan.checks = {{engine::Check::Kind::json_equals, "/status", "\"healthy\""}};

  engine::RunControl control;
  control.on_progress = [](const engine::LoadProgress& progress) {
    std::fprintf(stderr, "%4.1f s: %llu answers\n", progress.elapsed_s,
                 static_cast<unsigned long long>(progress.completed));
  };

  const auto result = engine::run_load(plan, control);
  if (!result) {
    std::fprintf(stderr, "%s\n%s\n", result.error().what.c_str(), result.error().remedy.c_str());
    return 1;
  }
  std::printf("%.0f requests/s, p50 %.0f us, p99 %.0f us, %llu errors\n", result->requests_per_second(),
              result->latency.quantile(0.5), result->latency.quantile(0.99),
              static_cast<unsigned long long>(result->error_count()));
  for (const auto& offence : result->offences) std::printf("  %s\n", offence.what.c_str());
  for (const auto& reason : result->reasons) std::printf("not valid: %s\n", reason.c_str());
  return 0;
}
